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

    /// <summary>The token of theirs with which a person acts; null: they are here themselves, or it is none of a
    /// person.</summary>
    public PersonalToken? Token { get; init; }

    /// <summary>From where, as far as the web server tells it.</summary>
    public string? Address { get; init; }

    /// <summary>Whether this is an administrator who is here themselves: no token of theirs is one.</summary>
    public bool IsAdministrator => May.Contains(Standing.Administer);

    /// <summary>Whose event streams end together.</summary>
    public string Streams => Token is null ? Name : PersonalTokens.StreamsOf(Token);

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
        MustBeNamed();
        if (!May.Contains(right))
            throw Problem.Forbidden(WhyNot(right));
    }

    /// <summary>Lets pass a person who is here themselves.</summary>
    /// <exception cref="Problem">401 for somebody without a name, 403 for a token.</exception>
    public void MustBePerson()
    {
        MustBeNamed();
        if (Kind == CallerKind.Token)
            throw Problem.Forbidden("A token may not do this. Do it yourself, on the page or with your password.");
    }

    /// <summary>Lets pass whoever is not bound to other servers.</summary>
    /// <exception cref="Problem">403: the token is for others.</exception>
    public void MustReach(ServerName server)
    {
        if (!Reaches(server))
            throw Problem.Forbidden(BoundTo(string.Join(", ", Token!.Servers!.Value), $"on {server}"));
    }

    /// <summary>Whether a server may be changed, as far as the token goes.</summary>
    public bool Reaches(ServerName server) => Token?.Servers?.Contains(server) != false;

    /// <summary>Lets pass whoever is not bound to other apps.</summary>
    /// <param name="apps">One of them is enough.</param>
    /// <param name="what">What is to be done, as the end of "nothing ...".</param>
    /// <exception cref="Problem">403: the token is for others.</exception>
    public void MustReach(IEnumerable<AppName> apps, string what)
    {
        if (Token?.Apps is { } own && !apps.Any(own.Contains))
            throw Problem.Forbidden(BoundTo(string.Join(", ", own), what));
    }

    private void MustBeNamed()
    {
        if (Kind == CallerKind.Nobody)
            throw Problem.Unauthorized(
                "Say who you are first: at the top of the page, or PUT api/me {\"name\": \"...\"}."
            );
    }

    private string BoundTo(string what, string not) =>
        $"The token {Token!.Name} of {Name} is for {what}, and changes nothing {not}. {Name} can make another.";

    private string WhyNot(string right)
    {
        var words = May.Count == 0 ? "only read" : string.Join(", ", May.Order(StringComparer.Ordinal));
        if (Token is not null)
            return $"The token {Token.Name} of {Name} may not {right}. It may {words}, which is what it was made for "
                + $"and {Name} may, too. {Name} can make another.";
        return Role is { } role
            ? $"{Name} may not {right}: a {role.ToString().ToLowerInvariant()} may {words}. Ask an administrator; the "
                + "settings say who has which role under roles."
            : $"The token {Name} may not {right}. It may {words}; the settings say so under tokens.{Name}.may.";
    }
}
