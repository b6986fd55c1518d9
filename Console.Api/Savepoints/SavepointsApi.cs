using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Databases;
using TestServers.Http;

namespace TestServers.Savepoints;

/// <summary>Keep what a server's databases have, and go back to it.</summary>
public static class SavepointsApi
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <param name="Name">What people call it.</param>
    /// <param name="Note">More of it.</param>
    /// <param name="Number">The reservation that is meant: if another one holds the server by now, nothing is
    /// done.</param>
    /// <param name="App">Whose databases, where the server has several apps; the one that was built last when left
    /// out.</param>
    /// <param name="Instead">The savepoint of this server that goes as soon as this one is whole: where the server has
    /// as many as it may.</param>
    public sealed record KeepState(
        string Name,
        string? Note = null,
        long? Number = null,
        AppName? App = null,
        JobId? Instead = null
    );

    /// <param name="Number">The reservation that is meant.</param>
    public sealed record GoBackTo(long? Number = null);

    public static IServiceCollection AddSavepoints(this IServiceCollection services) =>
        services
            .AddSingleton<ISavedPlaces, SavepointPlaces>()
            .AddSingleton<SavepointRules>()
            .AddSingleton<SavepointBook>()
            .AddSingleton<SavepointPresenter>()
            .AddSingleton<IRetained, OldSavepointWork>()
            .AddBackground<SavepointKeeper>();

    public static void MapSavepoints(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Savepoints", "Keep what a server's databases have, and go back to it.");
        calls
            .MapGet("/api/servers/{server}/savepoints", List)
            .As("listSavepoints", Right.View, "A server's savepoints, and those of others that it can go back to");
        calls
            .MapPost("/api/servers/{server}/savepoints", Keep)
            .As("keepState", Right.Build, "Keep what the server's databases have now; answers after 10 s at most")
            .InAudit("keep state")
            .Gives(409, 502)
            .Example("""{ "name": "before the import", "note": "20 orders, one of them returned" }""");
        calls
            .MapPost("/api/servers/{server}/savepoints/{id}/back", GoBack)
            .As("goBack", Right.Build, "Give the server's databases what a savepoint has; answers after 10 s at most")
            .InAudit("go back", "{server}")
            .Gives(409, 502)
            .Example("""{ "number": 17 }""");
        calls
            .MapDelete("/api/servers/{server}/savepoints/{id}", Drop)
            .As("dropSavepoint", Right.Build, "Drop a savepoint")
            .InAudit("drop savepoint", "{server}")
            .Gives(409, 502);
    }

    private static Cacheable<SavepointList> List(ServerName server, SavepointPresenter views) =>
        Cacheable.Of(views.ListOf(server));

    private static async Task<Results<Ok<SavepointAnswer>, Accepted<SavepointAnswer>>> Keep(
        ServerName server,
        KeepState ask,
        HttpContext context,
        SavepointBook book,
        SavepointPresenter views
    )
    {
        var accepted = await book.Keep(server, ask.Name, ask.Note, ask.App, ask.Instead, ask.Number, Deed.Of(context));
        return await Answer(accepted, server, context, views);
    }

    private static async Task<Results<Ok<SavepointAnswer>, Accepted<SavepointAnswer>>> GoBack(
        ServerName server,
        JobId id,
        GoBackTo? ask,
        HttpContext context,
        SavepointBook book,
        SavepointPresenter views
    )
    {
        var accepted = await book.GoBack(server, id, ask?.Number, Deed.Of(context));
        return await Answer(accepted, server, context, views);
    }

    private static async Task<NoContent> Drop(ServerName server, JobId id, HttpContext context, SavepointBook book)
    {
        await book.Drop(server, id, Deed.Of(context));
        return TypedResults.NoContent();
    }

    // Who has gone hears nothing of it; what is under way goes on.
    private static async Task<Results<Ok<SavepointAnswer>, Accepted<SavepointAnswer>>> Answer(
        AcceptedSavepoint accepted,
        ServerName server,
        HttpContext context,
        SavepointPresenter views
    )
    {
        if (accepted.Work is { } work)
            await Task.WhenAny(work.Ended, Task.Delay(Longest, context.RequestAborted));
        var answer = views.AnswerOf(accepted, server);
        return answer.Done
            ? TypedResults.Ok(answer)
            : PublicAddress.Accepted(context, $"/api/servers/{server}/savepoints", answer);
    }
}
