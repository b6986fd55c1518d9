using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Builds.Steps;
using TestServers.Http;

namespace TestServers.Builds;

/// <summary>Launch, watch, cancel and repeat builds.</summary>
public static class BuildsApi
{
    /// <param name="Number">The reservation that is meant: if another one holds the server by now, nothing is
    /// done.</param>
    /// <param name="Bases">From which base each database is made; one that is left out from the base that it comes from
    /// now, or its usual one.</param>
    public sealed record LaunchBuild(
        AppName App,
        bool Database,
        bool Code,
        RepositoryPath? Path = null,
        Revision? Revision = null,
        long? Number = null,
        IReadOnlyDictionary<DatabaseName, BaseName>? Bases = null
    );

    public sealed record BuildList(IEnumerable<BuildView> Builds);

    /// <param name="From">failed: from the failed step on; null: all of it.</param>
    /// <param name="Number">The reservation that is meant.</param>
    public sealed record RetryBuild([property: AllowedValues("failed", null)] string? From = null, long? Number = null);

    public static IServiceCollection AddBuilds(this IServiceCollection services)
    {
        // In the order in which people see them.
        services
            .AddSingleton<IBuildStep, WorkersStep>()
            .AddSingleton<IBuildStep, DatabaseStep>()
            .AddSingleton<IBuildStep, CodeStep>()
            .AddSingleton<IBuildStep, AfterStep>()
            .AddSingleton<IBuildStep, SettingsStep>()
            .AddSingleton<IBuildStep, HealthStep>()
            .AddSingleton<IBuildStep, OffStep>()
            .AddSingleton<IBuildStep, CopiesStep>();
        return services
            .AddSingleton<GuestProgram>()
            .AddSingleton<BusyServers>()
            .AddSingleton<IdleServers>()
            .AddSingleton<RenderedBuild>()
            .AddSingleton<BuildRunner>()
            .AddSingleton<BuildRules>()
            .AddBackground<UnusedCopies>()
            .AddSingleton<SiteValues>()
            .AddSingleton<TemplateCheck>()
            .AddSingleton<ServerFinds>()
            .AddSingleton<KeptFolders>()
            .AddSingleton<UsualTimes>()
            .AddSingleton<BuildPresenter>()
            .AddSingleton<ServerApps>()
            .AddSingleton<BuildLists>()
            .AddSingleton<IRetained, OldBuilds>()
            .AddBackground<ServerCleanup>()
            .AddBackground<ServerLooks>()
            .AddBackground<BuildQueue>()
            .AddBackground<TemplateWarmUp>();
    }

    public static void MapBuilds(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Builds", "Put an app on a server, watch, cancel and repeat it.");
        calls
            .MapPost("/api/servers/{server}/builds", Launch)
            .As("launchBuild", Right.Build, "Put an app on a server: a fresh database, code, or both")
            .InAudit("build")
            .Gives(409, 429)
            .Example("""{ "app": "shop", "path": "branches/basket", "database": true, "code": true }""");
        calls
            .MapGet("/api/builds", List)
            .As("listBuilds", Right.View, "Builds, newest first, in parts; ?state=queued,running");
        calls
            .MapGet("/api/builds/{id}", Show)
            .As("showBuild", Right.View, "One build; ?wait=SECONDS answers when it has ended, or after 10 s at most")
            .Gives(429)
            .SaysWhenToAskAgain(200)
            .Holds(PlaceKind.Wait, "wait");
        calls
            .MapPost("/api/builds/{id}/cancel", Cancel)
            .As("cancelBuild", Right.Build, "Cancel a build")
            .InAudit("cancel build", "build {id}")
            .Gives(409);
        calls
            .MapPost("/api/builds/{id}/retry", Retry)
            .As(
                "retryBuild",
                Right.Build,
                "Run a build again: exactly the same, or {\"from\": \"failed\"} from its failed step on"
            )
            .InAudit("build", "build {id}")
            .Gives(409, 429)
            .Example("""{ "from": "failed" }""");
        calls
            .MapGet("/api/builds/{id}/log", ShowLog)
            .As("readBuildLog", Right.View, LogAnswer.Summary)
            .Gives(429)
            .ProducesText("text/plain", "The log, in UTF-8", "12:00:01 code: 1234 of branches/basket\n")
            .Holds(PlaceKind.Log, "follow");
    }

    private static async Task<Accepted<BuildView>> Launch(
        ServerName server,
        LaunchBuild ask,
        HttpContext context,
        BuildQueue queue,
        BuildPresenter views
    )
    {
        return Accepted(
            context,
            await queue.Enqueue(
                server,
                new(ask.App, ask.Path, ask.Revision, ask.Database, ask.Code)
                {
                    Bases = ask.Bases?.ToImmutableSortedDictionary(),
                },
                ask.Number,
                Deed.Of(context)
            ),
            views
        );
    }

    private static async Task<Accepted<BuildView>> Retry(
        JobId id,
        RetryBuild? ask,
        HttpContext context,
        BuildQueue queue,
        BuildPresenter views
    )
    {
        if (ask?.From is not (null or "failed"))
            throw Problem.BadInput("`from` is \"failed\", or left out.");
        return Accepted(context, await queue.Retry(id, ask?.From == "failed", ask?.Number, Deed.Of(context)), views);
    }

    private static ListAnswer<BuildList> List(
        [Description("One or more states, with commas between them"), ListOf(typeof(JobState))] string? state,
        [Description("A server's name")] string? server,
        [Description("How many at most; without it 200"), Range(1, WrittenList.Longest)] int? limit,
        [Description("Only builds older than this one: the next part, as the header Link names it")] JobId? before,
        BuildLists lists
    )
    {
        var wanted = state is null ? null : ParseStates(state);
        var on = server is null
            ? null
            : ServerName.From(server) ?? throw Problem.BadInput($"`server` is {ServerName.Rule}.");
        return new(lists.Of(new(wanted, on, before, limit ?? WrittenList.Longest)));
    }

    private static async Task<Cacheable<BuildView>> Show(
        JobId id,
        [Description("Seconds to wait for its end, at most")] double? wait,
        HttpContext context,
        BuildQueue queue,
        BuildPresenter views
    )
    {
        var build = queue.Store.Find(id) ?? throw BuildQueue.NoSuchBuild(id);
        if (wait is not null)
            build = await queue.Store.WaitForEnd(build, Waits.Cap(wait), context.RequestAborted);
        if (wait > 0 && !build.Ended)
            Waits.AskAgain(context);
        return Cacheable.Of(views.Of(build));
    }

    private static async Task<Ok<BuildView>> Cancel(
        JobId id,
        HttpContext context,
        BuildQueue queue,
        BuildPresenter views
    )
    {
        return TypedResults.Ok(views.Of(await queue.Cancel(id, Deed.Of(context), context.RequestAborted)));
    }

    /// <summary>The answer to a call that has launched a build.</summary>
    internal static Accepted<BuildView> Accepted(HttpContext context, Build build, BuildPresenter views) =>
        PublicAddress.Accepted(context, $"/api/builds/{build.Id}", views.Of(build));

    private static Task ShowLog(JobId id, [AsParameters] LogPart part, HttpContext context, BuildQueue queue) =>
        LogAnswer.Write(
            context,
            queue.Store.ReadableLogOf(queue.Store.Find(id) ?? throw BuildQueue.NoSuchBuild(id)),
            part
        );

    private static HashSet<JobState> ParseStates(string states) =>
        [
            .. states
                .Split(',')
                .Select(s =>
                    Enum.TryParse<JobState>(s, ignoreCase: true, out var state) && !char.IsAsciiDigit(s[0])
                        ? state
                        : throw Problem.BadInput(
                            $"`state` lists {string.Join(", ", Enum.GetNames<JobState>()).ToLowerInvariant()}."
                        )
                ),
        ];
}
