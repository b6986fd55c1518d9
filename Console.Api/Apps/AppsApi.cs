using System.ComponentModel;
using TestServers.Http;

namespace TestServers.Apps;

/// <summary>The catalogue, and the paths to choose from.</summary>
public static class AppsApi
{
    private const int MostPaths = 500;

    public sealed record AppList(IEnumerable<AppView> Apps);

    public static IServiceCollection AddApps(this IServiceCollection services, ConsoleSettings settings) =>
        services
            .AddSingleton(new Secrets(settings))
            .AddSingleton<Catalogue>()
            .AddSingleton<RepositoryPaths>()
            .AddSingleton<RepositoryTips>();

    /// <param name="LeftOut">What is not in the list, and why, a sentence each.</param>
    public sealed record Paths(
        AppName App,
        DateTimeOffset? AsOf,
        string? Problem,
        IEnumerable<ListedPath> Listed,
        IReadOnlyList<string> LeftOut
    )
    {
        [System.Text.Json.Serialization.JsonPropertyName("paths")]
        public IEnumerable<ListedPath> Listed { get; } = Listed;
    }

    public static void MapApps(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Apps", "What can be put on a server.");
        calls.MapGet("/api/apps", List).As("listApps", Right.View, "The apps that can be put on a server");
        calls
            .MapGet("/api/apps/{app}/paths", ListPaths)
            .As("listPaths", Right.View, "Branches and tags of an app's repository; ?q= part of the name")
            .Gives(429)
            .Holds(PlaceKind.Plan);
    }

    private static Cacheable<AppList> List(Catalogue catalogue) => Cacheable.Of(new AppList([.. catalogue.All]));

    private static async Task<Cacheable<Paths>> ListPaths(
        AppName app,
        [Description("Part of a path, in any case")] string? q,
        HttpContext context,
        Catalogue catalogue,
        RepositoryPaths paths
    )
    {
        var list = await paths.Of(catalogue.Find(app), context.RequestAborted);
        var found = list
            .Paths.Where(p => q is null || p.Path.Text.Contains(q, StringComparison.OrdinalIgnoreCase))
            .ToList();
        string[] cut =
            found.Count > MostPaths
                ? [$"{found.Count - MostPaths:N0} of {found.Count:N0} paths are not shown: give more of the name."]
                : [];
        return Cacheable.Of(
            new Paths(app, list.AsOf, list.Problem, [.. found.Take(MostPaths)], [.. cut, .. list.LeftOut])
        );
    }
}
