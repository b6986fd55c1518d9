using TestServers.Settings;

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
    private static readonly IReadOnlySet<string> NoGroups = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The console itself, for what it does unasked.</summary>
    public static Caller TheConsole { get; } =
        new(ConsoleName.Text, CallerKind.Console, new HashSet<string>(StringComparer.Ordinal));

    /// <summary>A person's role; null: it is no person.</summary>
    public Role? Role { get; init; }

    /// <summary>The groups they are in, by the settings or the web server.</summary>
    public IReadOnlySet<string> Groups { get; init; } = NoGroups;

    /// <summary>A person as they stand now.</summary>
    public static Caller Person(string name, CallerKind kind, Standing standing) =>
        new(name, kind, standing.May) { Role = standing.Role, Groups = standing.Groups };

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
            throw Problem.Forbidden(WhyNot(right));
    }

    private string WhyNot(string right) =>
        Role is { } role
            ? $"{Name} may not {right}, as a {role.ToString().ToLowerInvariant()} only reads. Ask an administrator for "
                + "another role; the settings say who has which under roles."
            : $"The token {Name} may not {right}. It may {(May.Count == 0 ? "only read" : string.Join(", ", May))}; "
                + $"the settings say so under tokens.{Name}.may.";
}
