namespace TestServers.Access;

/// <summary>Who or what acts. Console: the console itself, when a reservation's time is over or a build ends.</summary>
public enum CallerKind
{
    User,
    Token,
    Open,
    Nobody,
    Console,
}

/// <summary>Who asks, and what he may do beside reading.</summary>
/// <param name="May">Of reserve, build, restore.</param>
public sealed record Caller(string Name, CallerKind Kind, IReadOnlySet<string> May)
{
    private static readonly object Place = new();

    /// <summary>The console itself, for what it does unasked.</summary>
    public static Caller TheConsole { get; } =
        new(ConsoleName.Text, CallerKind.Console, new HashSet<string>(StringComparer.Ordinal));

    /// <summary>
    /// How long after the request's begin this is known for sure: then a password must be checked again. Null: always.
    /// </summary>
    public TimeSpan? Believed { get; init; }

    /// <summary>The caller of this request, as <see cref="Identity"/> has found.</summary>
    public static Caller Of(HttpContext context) =>
        context.Items[Place] as Caller ?? throw new InvalidOperationException("No caller: Identity did not run.");

    internal void Enter(HttpContext context) => context.Items[Place] = this;

    /// <summary>Lets pass who may do this.</summary>
    /// <exception cref="Problem">401 for somebody without a name, 403 for one without the right.</exception>
    public void MustBeAllowedTo(string right)
    {
        if (Kind == CallerKind.Nobody)
            throw Problem.Unauthorized(
                "Say who you are first: at the top of the page, or PUT api/me {\"name\": \"...\"}."
            );
        if (!May.Contains(right))
            throw Problem.Forbidden(
                $"The token {Name} may not {right}. It may "
                    + $"{(May.Count == 0 ? "only read" : string.Join(", ", May))}; the settings "
                    + $"say so under tokens.{Name}.may."
            );
    }
}
