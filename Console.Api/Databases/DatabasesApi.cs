using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Http;

namespace TestServers.Databases;

/// <summary>Bases, and their restore by cron or by hand.</summary>
public static class DatabasesApi
{
    public sealed record BaseList(IEnumerable<BaseView> Bases);

    public static IServiceCollection AddDatabases(this IServiceCollection services) =>
        services
            .AddSingleton<BaseFacts>()
            .AddSingleton<DataTimes>()
            .AddSingleton<Placement>()
            .AddSingleton<BasePresenter>()
            .AddSingleton<Copies>()
            .AddSingleton<CopySight>()
            .AddSingleton<CopyDrop>()
            .AddSingleton<CopyPresenter>()
            .AddSingleton<RestoreStep>()
            .AddSingleton<RestoreOnEach>()
            .AddSingleton<IRetained, OldRestores>()
            .AddBackground<BaseKeeper>()
            .AddBackground<CopyKeeper>()
            .AddBackground<Restores>()
            .AddBackground<BaseAlerts>();

    public static void MapDatabases(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Databases", "Bases, and their restore by cron or by hand.");
        calls
            .MapGet("/api/bases", List)
            .As("listBases", Right.View, "Every base: size, data time, spares, last restore");
        calls.MapGet("/api/bases/{name}", Show).As("showBase", Right.View, "One base");
        calls
            .MapPost("/api/bases/{name}/restore", Restore)
            .As("restoreBase", Right.Restore, "Restore a base from its dump; ?wait=true answers when it has ended")
            .InAudit("restore", "{name}")
            .Gives(409, 429, 502)
            .Holds(PlaceKind.Restore, "wait");
        calls
            .MapGet("/api/restores/{id}", ShowRestore)
            .As(
                "showRestore",
                Right.View,
                "One restore; ?wait=SECONDS answers when it has ended, or after 10 s at most"
            )
            .Gives(429)
            .SaysWhenToAskAgain(200)
            .Holds(PlaceKind.Wait, "wait");
        calls
            .MapGet("/api/restores/{id}/log", ShowLog)
            .As("readRestoreLog", Right.View, LogAnswer.Summary)
            .Gives(429)
            .ProducesText("text/plain", "The log, in UTF-8", "12:00:01 fetch: 1.2 GB in 14 s\n")
            .Holds(PlaceKind.Log, "follow");
    }

    private static Cacheable<BaseList> List(BasePresenter views) => Cacheable.Of(new BaseList([.. views.All]));

    private static Cacheable<BaseView> Show(BaseName name, BaseFacts bases, BasePresenter views) =>
        Cacheable.Of(views.Of(bases.Find(name)));

    private static async Task<Results<Accepted<RestoreView>, Ok<RestoreView>>> Restore(
        BaseName name,
        [Description("Whether to answer when it has ended")] bool? wait,
        HttpContext context,
        Restores restores,
        BasePresenter views
    )
    {
        var restore = await restores.Ask(name, Deed.Of(context));
        if (wait is not true)
            return PublicAddress.Accepted(context, $"/api/restores/{restore.Id}", views.ViewOf(restore));
        using var left = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, restores.AtRest);
        var ended = await restores.Store.WaitForEnd(restore, Timeout.InfiniteTimeSpan, left.Token);
        if (!ended.Ended)
            throw Problem
                .Failed(
                    $"Restore {ended.Id} of {name} has not begun, as the console stops; it is "
                        + "made when the console is started again."
                )
                .With("restore", ended.Id)
                .With("state", ended.State);
        return ended.State == JobState.Succeeded
            ? TypedResults.Ok(views.ViewOf(ended))
            : throw Problem
                .Failed($"Restore {ended.Id} of {name}: {ended.Message}")
                .With("restore", ended.Id)
                .With("state", ended.State);
    }

    private static async Task<Cacheable<RestoreView>> ShowRestore(
        JobId id,
        [Description("Seconds to wait for its end, at most")] double? wait,
        HttpContext context,
        Restores restores,
        BasePresenter views
    )
    {
        var restore = Find(restores, id);
        if (wait is not null)
            restore = await restores.Store.WaitForEnd(restore, Waits.Cap(wait), context.RequestAborted);
        if (wait > 0 && !restore.Ended)
            Waits.AskAgain(context);
        return Cacheable.Of(views.ViewOf(restore));
    }

    private static Task ShowLog(JobId id, [AsParameters] LogPart part, HttpContext context, Restores restores) =>
        LogAnswer.Write(context, restores.Store.ReadableLogOf(Find(restores, id)), part);

    private static Restore Find(Restores restores, JobId id) =>
        restores.Store.Find(id)
        ?? throw Problem.NotFound(
            "restore",
            $"There is no restore {id}; old ones are removed with their logs. GET api/bases names the last ones."
        );
}
