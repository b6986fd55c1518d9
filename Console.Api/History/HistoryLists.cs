using System.Globalization;
using System.Runtime.CompilerServices;
using TestServers.Databases;
using TestServers.Http;

namespace TestServers.History;

/// <summary>Lists of what servers have had, newest first; an entry is written once.</summary>
public sealed class HistoryLists(HistoryStore history, DataTimes times, WrittenLists lists)
{
    private readonly ConditionalWeakTable<HistoryEntry, WrittenJson> _written = [];

    /// <param name="before">Only what stands behind this build; null: from the newest on.</param>
    /// <param name="limit">How many entries at most; null: all.</param>
    public WrittenList Of(ServerName server, JobId? before, int? limit)
    {
        var kept = history.Of(server);
        var found = Behind(kept.Entries, before).Take(limit + 1 ?? int.MaxValue).ToList();
        return lists.Of(
            string.Create(CultureInfo.InvariantCulture, $"history {server} {before} {limit}"),
            WrittenJson.Of(new HistoryApi.HistoryList(server, times.Shown(kept), [])),
            [.. found.Select(Written)],
            limit,
            last => found[last].Build.Text
        );
    }

    // By their places: a build that ended while it waited stands where it ended, not where its number would be.
    private static IEnumerable<HistoryEntry> Behind(IReadOnlyList<HistoryEntry> entries, JobId? before)
    {
        if (before is null)
            return entries;
        return entries.Any(e => e.Build == before)
            ? entries.SkipWhile(e => e.Build != before).Skip(1)
            : entries.Where(e => e.Build.Number < before.Number);
    }

    private WrittenJson Written(HistoryEntry entry) =>
        _written.GetValue(entry, static e => WrittenJson.Of(e with { Settings = default }));
}
