using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace TestServers.Reservations;

/// <summary>That a server is some groups' alone.</summary>
/// <param name="Groups">Only who is in one of them may reserve it, build on it or take it over.</param>
/// <param name="Why">The same as a sentence, for everybody else.</param>
public sealed record ServerProtection(IReadOnlyList<string> Groups, string Why);

/// <summary>
/// The one rule which servers are some groups' alone. Reservations and builds ask it when they are accepted, and a
/// build once more when it begins; what its holder may always do is release.
/// </summary>
public sealed class ProtectedServers(CurrentSettings settings, People people)
{
    private Known _known = new(new());

    /// <summary>A server's protection, the same object as long as the settings are; null: it is everybody's.</summary>
    public ServerProtection? Of(ServerName server)
    {
        var (now, known) = (settings.Now, Volatile.Read(ref _known));
        if (!ReferenceEquals(known.Settings, now))
            Volatile.Write(ref _known, known = new(now));
        return now.Protected.Count == 0 ? null : known.Found.GetOrAdd(server, known.Find);
    }

    /// <summary>Why somebody may not have a server, as a sentence; null: they may, as far as this goes.</summary>
    /// <param name="name">A person's or a token's.</param>
    public string? WhyNot(ServerName server, string name) =>
        Of(server) is { } protection && !people.Of(name).Groups.Overlaps(protection.Groups) ? protection.Why : null;

    /// <summary>Lets pass who may have a server.</summary>
    /// <exception cref="Problem">403: it is others'.</exception>
    public void Ensure(ServerName server, string name)
    {
        if (WhyNot(server, name) is { } why)
            throw Problem.Forbidden(why).With("server", server);
    }

    private sealed class Known(ConsoleSettings settings)
    {
        private readonly List<(Regex Servers, IReadOnlyList<string> Groups)> _patterns =
        [
            .. settings.Protected.Select(p => (PatternRule.Make(p.Servers), p.Groups)),
        ];

        public ConsoleSettings Settings => settings;
        public ConcurrentDictionary<ServerName, ServerProtection?> Found { get; } = new();

        // One that has its host's name behind its own, as another one is called as it is, is protected by both.
        private IEnumerable<string> NamesOf(ServerName server) =>
            settings
                .Hosts.Where(h => server.Text.EndsWith("." + h.Name, StringComparison.Ordinal))
                .Select(h => server.Text[..^(h.Name.Length + 1)])
                .Prepend(server.Text);

        public ServerProtection? Find(ServerName server)
        {
            var names = NamesOf(server).ToList();
            var groups = _patterns
                .Where(p => names.Exists(p.Servers.IsMatch))
                .SelectMany(p => p.Groups)
                .Select(settings.People.NameOf)
                .Distinct(StringComparer.Ordinal)
                .ToList();
            return groups.Count == 0
                ? null
                : new(
                    groups,
                    $"{server} is protected: only members of {string.Join(" or ", groups)} may reserve it, build on it "
                        + "or take it over. Ask one of them, or take another server."
                );
        }
    }
}
