using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Http;

namespace TestServers.Access;

/// <summary>Who am I.</summary>
public static class AccessApi
{
    /// <param name="Token">The name of the token of a person's that asks; null: they are here themselves, or it is none
    /// of a person.</param>
    /// <param name="Role">A person's role; null: a token asks.</param>
    /// <param name="Groups">The groups one is in, of those that the settings name.</param>
    /// <param name="Reservations">How long a reservation is, so that a page can say it before the click.</param>
    public sealed record Me(
        string Name,
        CallerKind Kind,
        bool Open,
        string? Token,
        Role? Role,
        IEnumerable<string> Groups,
        IEnumerable<string> May,
        ReservationHours Reservations
    );

    /// <param name="DefaultHours">The hours of a reservation that is given no end, for instance one that a build
    /// makes.</param>
    /// <param name="MaxHours">The most hours from now that a reservation may last.</param>
    public sealed record ReservationHours(double DefaultHours, double MaxHours);

    public sealed record NameMe(string Name);

    public static IServiceCollection AddAccess(this IServiceCollection services) =>
        services
            .AddSingleton<Audit>()
            .AddSingleton<CallPlaces>()
            .AddSingleton<People>()
            .AddSingleton<PersonalTokens>()
            .AddBackground<TokenUses>()
            .AddBackground<RefusedDeeds>()
            .AddSingleton<Sessions>()
            .AddSingleton<SignInRefusals>()
            .AddSingleton<IRetained>(provider => provider.GetRequiredService<KeptAnswers>());

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Access", "Who am I.");
        calls.MapGet("/api/me", Show).As("showMe", Right.View, "Who am I, and what may I do");
        calls
            .MapPut("/api/me", SetName)
            .As("nameMe", Right.View, "Name oneself; only where the console is open")
            .Gives(409)
            .MayBeRepeated()
            .Example("""{ "name": "anna" }""");
        calls
            .MapDelete("/api/me/session", EndSession)
            .As("endSessions", Right.View, "End one's sessions: the next request is checked by password again")
            .MayBeRepeated();
    }

    private static Ok<Me> Show(HttpContext context, ConsoleSettings settings) =>
        TypedResults.Ok(MeOf(Caller.Of(context), settings));

    private static NoContent EndSession(HttpContext context, Sessions sessions)
    {
        // A token has no session, and does not end those of its person.
        if (Caller.Of(context) is { Token: not null } token)
            sessions.EndStreams(token.Streams);
        else
            sessions.End(Caller.Of(context).Name);
        SessionCookie.Remove(context);
        return TypedResults.NoContent();
    }

    private static Ok<Me> SetName(NameMe wanted, HttpContext context, ConsoleSettings settings, People people)
    {
        if (settings.Listen.Socket is not null)
            throw Problem.Conflict("The web server says who you are; sign in there under another name.");
        var name = PlainText.Check(wanted.Name, "name", PersonName.Longest);
        if (PersonName.FaultOf(name, settings) is { } fault)
            throw Problem.BadInput($"The name {fault}. Choose another.");
        context.Response.Cookies.Append(
            Identity.NameCookie,
            name,
            new()
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                MaxAge = TimeSpan.FromDays(365),
                Path = PublicAddress.PathOf(context),
            }
        );
        return TypedResults.Ok(MeOf(Identity.SelfNamed(settings.People.NameOf(name), people), settings));
    }

    private static Me MeOf(Caller caller, ConsoleSettings settings) =>
        new(
            caller.Name,
            caller.Kind,
            settings.Listen.Socket is null,
            caller.Token?.Name,
            caller.Role,
            caller.Groups.Order(StringComparer.Ordinal),
            caller.May.Order(StringComparer.Ordinal),
            new(settings.Reservations.DefaultHours, settings.Reservations.MaxHours)
        );
}
