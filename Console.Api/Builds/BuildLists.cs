using System.Globalization;
using System.Runtime.CompilerServices;
using TestServers.Http;

namespace TestServers.Builds;

/// <summary>Which builds are asked for.</summary>
/// <param name="States">Null: in any state.</param>
/// <param name="Server">Null: on any server.</param>
/// <param name="Before">Only older ones than this; null: from the newest on. It need not be there any more.</param>
public sealed record BuildSearch(IReadOnlySet<JobState>? States, ServerName? Server, JobId? Before, int Limit)
{
    public bool Finds(Build build) =>
        (Before is null || build.Id.Number < Before.Number)
        && (States is null || States.Contains(build.State))
        && (Server is null || build.Server == Server);

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"builds {(States is null ? "*" : string.Join(',', States.Order()))} {Server} {Before} {Limit}"
        );
}

/// <summary>
/// Lists of builds, the newest first. A build is written when its view is another one than at the last time, whatever
/// that comes from: itself, the queue, or the clock.
/// </summary>
public sealed class BuildLists(JobStore<Build> store, BuildPresenter views, WrittenLists lists)
{
    private static readonly WrittenJson Frame = WrittenJson.Of(new BuildsApi.BuildList([]));

    // A build that changes is another object; what is known of the one before goes with it.
    private readonly ConditionalWeakTable<Build, Shown> _shown = [];

    public WrittenList Of(BuildSearch search)
    {
        var found = store.All.Where(search.Finds).Take(search.Limit + 1).ToList();
        return lists.Of(
            search.ToString(),
            Frame,
            [.. found.Select(Written)],
            search.Limit,
            last => found[last].Id.Text
        );
    }

    private WrittenJson Written(Build build)
    {
        var known = _shown.TryGetValue(build, out var shown) ? shown : null;
        if (known is not null && build.Ended)
            return known.Json;
        var view = views.Of(build);
        if (known?.View == view)
            return known.Json;
        var json = WrittenJson.Of(view);
        _shown.AddOrUpdate(build, new(view, json));
        return json;
    }

    private sealed record Shown(BuildView View, WrittenJson Json);
}
