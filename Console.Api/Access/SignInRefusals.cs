namespace TestServers.Access;

/// <summary>Why somebody was refused at the door.</summary>
public enum SignInRefusal
{
    /// <summary>A bearer token that the settings do not list.</summary>
    Token,

    /// <summary>A user whose name nobody may have.</summary>
    Name,
}

/// <summary>Tells whom the console refused although the web server let them pass.</summary>
public sealed class SignInRefusals(CurrentSettings settings)
{
    /// <summary>Raised for each, with a sentence that has no secret in it.</summary>
    public event Action<SignInRefusal, string>? Refused;

    internal void Note(SignInRefusal why, string what, HttpContext context) =>
        Refused?.Invoke(why, $"{what}, from {CallerAddress.Of(context, settings.Now) ?? Unknown}.");

    private const string Unknown = "an address that the web server does not tell";
}
