using System.Collections.Immutable;

namespace TestServers.Hosts;

/// <summary>What is known of a host.</summary>
/// <param name="AsOf">When it last answered; null: never yet.</param>
/// <param name="Problem">Why it does not answer now; null when it does.</param>
/// <param name="Others">Domains that are no test servers.</param>
/// <param name="LeftOut">
/// Domains that the settings' pattern names and that are not offered all the same, each with the reason.
/// </param>
/// <param name="Notices">The reasons, as many as people read; the same list as long as they are the same.</param>
public sealed record HostState(
    string Name,
    DateTimeOffset? AsOf,
    string? Problem,
    int Others,
    ImmutableArray<Server> Servers,
    ImmutableSortedDictionary<string, string> LeftOut,
    ImmutableArray<string> Notices
)
{
    /// <summary>The names of all its domains, test servers or not.</summary>
    public ImmutableHashSet<string> Domains { get; init; } = [];

    /// <summary>When it is asked again, while it does not answer; null: it does.</summary>
    public DateTimeOffset? AskedAgain { get; init; }

    /// <summary>
    /// That the settings' pattern names none of its domains, as a misspelt one does; null when it names some.
    /// </summary>
    public string? NoneNamed { get; init; }

    // What it was made of.
    private Found? MadeOf { get; init; }
    private BoardNames? Names { get; init; }

    /// <summary>More reasons than people read are counted only.</summary>
    private const int MostNotices = 10;

    /// <summary>A host that has not answered since the start.</summary>
    public static HostState Unknown(string host, string? problem) =>
        new(host, null, problem, 0, [], ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), []);

    /// <summary>What is to be shown of what a host has, under the names that are settled.</summary>
    /// <param name="before">The state before; null: there was none.</param>
    internal static HostState Of(
        string host,
        DateTimeOffset? asOf,
        string? problem,
        Found found,
        BoardNames names,
        HostState? before
    )
    {
        if (before is not null && ReferenceEquals(before.MadeOf, found) && ReferenceEquals(before.Names, names))
            return before with { AsOf = asOf, Problem = problem };
        var looked = found.Servers.Select(s => (s.Name, Seen: names.Show(s))).ToList();
        var servers = looked
            .Select(s => s.Seen.Shown)
            .OfType<Server>()
            .OrderBy(s => s.Name.Text, StringComparer.Ordinal)
            .ToImmutableArray();
        // The same as before, who looks at them looks no further.
        if (before is not null && servers.SequenceEqual(before.Servers))
            servers = before.Servers;
        var leftOut = found.LeftOut.SetItems(
            from server in looked
            where server.Seen.WhyNot is not null
            select KeyValuePair.Create(server.Name.Text, server.Seen.WhyNot)
        );
        var notices = leftOut.Values.Take(MostNotices).ToImmutableArray();
        var noneNamed = found.Names.IsEmpty && leftOut.IsEmpty && !found.Domains.IsEmpty ? NamesNone(found) : null;
        if (noneNamed is not null)
            notices = [noneNamed];
        if (leftOut.Count > MostNotices)
            notices = notices.Add($"{leftOut.Count - MostNotices} more {found.Noun}s are left out.");
        if (before is not null && notices.SequenceEqual(before.Notices))
            notices = before.Notices;
        return new(host, asOf, problem, found.Domains.Count - servers.Length, servers, leftOut, notices)
        {
            MadeOf = found,
            Names = names,
            Domains = found.Domains,
            NoneNamed = noneNamed,
        };
    }

    /// <summary>One of its servers; null: it has none of this name.</summary>
    public Server? Find(ServerName server) => Found.Find(Servers, server.Text);

    private static string NamesNone(Found found) =>
        $"None of its {found.Domains.Count} {found.Noun}s is a test server: `servers` in the settings, "
        + $"`{SettingsText.Cut(found.Pattern)}`, names none of them.";
}
