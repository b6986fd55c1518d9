namespace TestServers.Webhooks;

/// <summary>How it ended that something was sent.</summary>
public enum AttemptEnd
{
    Taken,

    /// <summary>It is sent again later.</summary>
    Refused,

    /// <summary>It is not sent again: the answer would be the same.</summary>
    RefusedForGood,

    /// <summary>It is sent again later, and so is what else waits for this receiver: it would be in vain now.</summary>
    NoAnswer,
}

/// <summary>What became of sending a delivery once.</summary>
/// <param name="Answer">What was answered, or why nothing was; its first letters, in one line.</param>
public sealed record Attempt(AttemptEnd End, string Answer)
{
    /// <summary>So much of an answer is kept.</summary>
    public const int MostShown = 300;

    /// <summary>The beginning of what a receiver has said, in one line.</summary>
    public static string Beginning(string said)
    {
        var line = new string([.. said.Take(MostShown).Select(c => char.IsControl(c) ? ' ' : c)]);
        return line.Trim();
    }
}
