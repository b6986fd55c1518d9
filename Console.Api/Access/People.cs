using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace TestServers.Access;

/// <summary>
/// Which groups people are in and which role they have, now: by the settings, and by what the web server said when they
/// signed in last. That is kept, as a token or a build of theirs comes without the web server's word.
/// </summary>
public sealed class People(
    CurrentSettings settings,
    JsonFile<PeopleState> file,
    TimeProvider clock,
    ILogger<People> log
)
{
    private const int MostKnown = 5000;

    // No sign-in costs a write because of it.
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    // What the disk has not taken; it holds before the file.
    private readonly ConcurrentDictionary<string, ImmutableArray<string>> _unwritten = new(StringComparer.Ordinal);
    private Known _known = new(new(), PeopleState.Empty);

    /// <summary>What a person, or a token, is now.</summary>
    /// <param name="name">As the settings' rule for names makes it.</param>
    public Standing Of(string name)
    {
        var (now, state, known) = (settings.Now, file.Value, Volatile.Read(ref _known));
        if (known.Settings != now || known.State != state)
            Volatile.Write(ref _known, known = new(now, state));
        if (known.Standings.TryGetValue(name, out var standing))
            return standing;
        if (known.Standings.Count >= MostKnown)
            known.Standings.Clear();
        return known.Standings[name] = Find(now, state, name);
    }

    /// <summary>Everybody of whom it is known that they are an administrator.</summary>
    public IEnumerable<string> Administrators
    {
        get
        {
            var now = settings.Now;
            return now
                .Roles.SelectMany(r => r.Users ?? [])
                .Concat(now.Groups.SelectMany(g => g.Users))
                .Select(now.People.NameOf)
                .Concat(file.Value.Groups.Keys)
                .Distinct(StringComparer.Ordinal)
                .Where(name => Of(name).Role == Role.Administrator);
        }
    }

    /// <summary>Whether a person is an administrator now.</summary>
    /// <inheritdoc cref="Of"/>
    public bool IsAdministrator(string name) => Of(name).Role == Role.Administrator;

    /// <summary>Why somebody may reserve nothing now, as a sentence; null: they may.</summary>
    /// <param name="name">A person's, or that of a token of the settings.</param>
    public string? WhyNotReserve(string name)
    {
        var (now, standing) = (settings.Now, Of(name));
        bool IsIt(TokenSettings token) => now.People.NameOf(token.Name) == name;
        if (
            standing.May.Contains(TokenRights.Reserve)
            || now.Tokens.Any(t => IsIt(t) && t.May.Contains(TokenRights.Reserve))
        )
            return null;
        var role = standing.Role.ToString().ToLowerInvariant();
        return $"{name} may only read: a {role} can neither use nor release a server.";
    }

    /// <summary>
    /// Where a person is sent e-mail: by the settings, else as the web server said when they signed in last; null: that
    /// is not known.
    /// </summary>
    public EmailAddress? AddressOf(string name) =>
        settings.Now.People.AddressOf(name) ?? file.Value.Addresses.GetValueOrDefault(name);

    /// <summary>Notes what the web server says of a person who has signed in.</summary>
    /// <param name="sent">Names of groups with semicolons between them. Those that the settings do not name count for
    /// nothing and are not kept.</param>
    /// <param name="address">The person's e-mail address, or several with semicolons between them, of which the first
    /// counts. What is none is not kept.</param>
    public void Note(string name, string sent, string address)
    {
        ImmutableArray<string> groups =
            sent.Length == 0
                ? []
                :
                [
                    .. sent.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                        .Select(settings.Now.People.NameOf)
                        .Intersect(NamedIn(settings.Now), StringComparer.Ordinal)
                        .Order(StringComparer.Ordinal),
                ];
        var mail = EmailAddress.From(address.Split(';')[0].Trim());
        var now = clock.GetUtcNow();
        var isAnybody = !groups.IsEmpty || mail is not null;
        var isKept =
            Kept(file.Value, name).AsSpan().SequenceEqual(groups.AsSpan())
            && file.Value.Addresses.GetValueOrDefault(name) == mail
            && !(isAnybody && IsLongAgo(name, now));
        if (isKept && !_unwritten.ContainsKey(name))
            return;
        try
        {
            if (!isKept)
                file.Change(state => state.With(name, groups).With(name, mail).WithSeen(name, now));
            _unwritten.TryRemove(name, out _);
        }
        catch (DiskRefused refused)
        {
            // Nobody keeps a right because a disk is full.
            _unwritten[name] = groups;
            log.LogWarning(
                "The groups of {Name} hold until the console is started again: {Why}",
                name,
                refused.Message
            );
        }
        Volatile.Write(ref _known, new(settings.Now, file.Value));
    }

    /// <summary>
    /// Those who have not signed in since a time, of whom the web server has said something. Of whom it is not known
    /// when they did, they did now.
    /// </summary>
    public IEnumerable<string> UnseenSince(DateTimeOffset time)
    {
        var (state, now) = (file.Value, clock.GetUtcNow());
        if (!state.Names.All(state.Seen.ContainsKey))
            state = file.Change(all =>
                all.Names.Where(n => !all.Seen.ContainsKey(n)).Aggregate(all, (s, name) => s.WithSeen(name, now))
            );
        return state.Seen.Where(s => s.Value < time).Select(s => s.Key);
    }

    /// <summary>Whether the web server has said anything of a person that is kept.</summary>
    public bool Knows(string name) => file.Value.Names.Contains(name, StringComparer.Ordinal);

    /// <summary>Forgets what the web server has said of a person, as a part of an act.</summary>
    public void Forget(Act act, string name) => act.Change(file, state => state.Without(name));

    private bool IsLongAgo(string name, DateTimeOffset now) =>
        !file.Value.Seen.TryGetValue(name, out var seen) || (now - seen).Duration() > Month;

    private static ImmutableArray<string> Kept(PeopleState state, string name) =>
        state.Groups.TryGetValue(name, out var groups) ? groups : [];

    private Standing Find(ConsoleSettings now, PeopleState state, string name)
    {
        bool Lists(IEnumerable<string>? users) => users?.Any(u => now.People.NameOf(u) == name) == true;
        var groups = now
            .Groups.Where(g => Lists(g.Users))
            .Select(g => now.People.NameOf(g.Name))
            .Concat(_unwritten.TryGetValue(name, out var seen) ? seen : Kept(state, name))
            .ToHashSet(StringComparer.Ordinal);
        var roles = now
            .Roles.Where(r => Lists(r.Users) || r.Groups?.Any(g => groups.Contains(now.People.NameOf(g))) == true)
            .Select(r => r.Role)
            .ToList();
        var role = roles.Count > 0 ? roles.Max() : now.People.Role;
        return new(role, groups, Standing.RightsOf(role));
    }

    private static IEnumerable<string> NamedIn(ConsoleSettings now) =>
        now
            .Groups.Select(g => g.Name)
            .Concat(now.Roles.SelectMany(r => r.Groups ?? []))
            .Concat(now.Protected.SelectMany(p => p.Groups))
            .Select(now.People.NameOf);

    private sealed record Known(ConsoleSettings Settings, PeopleState State)
    {
        public ConcurrentDictionary<string, Standing> Standings { get; } = new(StringComparer.Ordinal);
    }
}
