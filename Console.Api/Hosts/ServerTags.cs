using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace TestServers.Hosts;

/// <summary>Which tags the settings give to which server.</summary>
public sealed class ServerTags(CurrentSettings settings)
{
    /// <summary>How many somebody may ask for at once.</summary>
    public const int Most = 20;

    private Known _known = new(new());

    /// <summary>A server's tags in their order, the same object as long as the settings are.</summary>
    public ImmutableArray<TagName> Of(ServerName server)
    {
        var (now, known) = (settings.Now, Volatile.Read(ref _known));
        if (!ReferenceEquals(known.Settings, now))
            Volatile.Write(ref _known, known = new(now));
        return known.Found.GetOrAdd(server, known.Find);
    }

    /// <summary>Whether a server has all of these.</summary>
    public bool HasAll(ServerName server, ImmutableArray<TagName> wanted) =>
        wanted.IsEmpty || wanted.All(Of(server).Contains);

    /// <summary>The tags that somebody asks for, each once and in their order.</summary>
    /// <exception cref="Problem">404: the settings name no such tag; 400: they are too many.</exception>
    public ImmutableArray<TagName> Wanted(IReadOnlyList<TagName>? asked)
    {
        if (asked is null or [])
            return [];
        if (asked.Count > Most)
            throw Problem.BadInput($"`tags` names {asked.Count} tags; {Most} are allowed.");
        var known = settings.Now.Tags.SelectMany(t => t.Tags).Distinct().Order().ToList();
        if (asked.FirstOrDefault(t => !known.Contains(t)) is { } missing)
            throw Problem.NotFound(
                "tag",
                known.Count == 0
                    ? $"The settings give no server the tag {missing}, nor any other."
                    : $"The settings give no server the tag {missing}. They name: {string.Join(", ", known)}."
            );
        return [.. asked.Distinct().Order()];
    }

    private sealed class Known(ConsoleSettings settings)
    {
        private readonly List<(Regex Servers, IReadOnlyList<TagName> Tags)> _patterns =
        [
            .. settings.Tags.Select(t => (PatternRule.Make(t.Servers), t.Tags)),
        ];

        public ConsoleSettings Settings => settings;
        public ConcurrentDictionary<ServerName, ImmutableArray<TagName>> Found { get; } = new();

        public ImmutableArray<TagName> Find(ServerName server) =>
            [.. _patterns.Where(p => p.Servers.IsMatch(server.Text)).SelectMany(p => p.Tags).Distinct()];
    }
}
