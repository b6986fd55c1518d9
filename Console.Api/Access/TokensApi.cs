using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Http;

namespace TestServers.Access;

/// <summary>A token as it is shown.</summary>
/// <param name="Owner">Whose it is: who sends it acts as they.</param>
/// <param name="Servers">Those that it may change; null: all.</param>
/// <param name="Apps">Those that it may build; null: all.</param>
/// <param name="IsOver">Its time is over.</param>
/// <param name="UsedAt">When it was used last; null: never.</param>
/// <param name="UsedFrom">From which address, as far as the web server tells it.</param>
public sealed record TokenView(
    long Id,
    string Owner,
    string Name,
    IReadOnlyList<TokenScope> Scope,
    IReadOnlyList<ServerName>? Servers,
    IReadOnlyList<AppName>? Apps,
    DateTimeOffset MadeAt,
    DateTimeOffset Until,
    bool IsOver,
    DateTimeOffset? UsedAt,
    string? UsedFrom
);

/// <summary>A token that was made.</summary>
/// <param name="Secret">What a program sends. It is shown this once; null: it was shown to the same call
/// before.</param>
public sealed record MadeToken(TokenView Token, string? Secret);

/// <summary>Personal tokens: see, make, end.</summary>
public static class TokensApi
{
    /// <param name="Most">How many a person may have.</param>
    /// <param name="MostDays">How many days one may last.</param>
    public sealed record TokenList(IEnumerable<TokenView> Tokens, int Most, double MostDays);

    /// <param name="Name">What it is for; one's own tokens have different names.</param>
    /// <param name="Scope">What it may do; only read when left out.</param>
    /// <param name="Servers">Those that it may change; all when left out.</param>
    /// <param name="Apps">Those that it may build; all when left out.</param>
    /// <param name="Days">For how long it holds; 90 days, or the most there are, when left out.</param>
    public sealed record MakeToken(
        string? Name = null,
        IReadOnlyList<TokenScope>? Scope = null,
        IReadOnlyList<ServerName>? Servers = null,
        IReadOnlyList<AppName>? Apps = null,
        double? Days = null,
        DateTimeOffset? Until = null
    );

    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Tokens", "Keys that people make for their programs.");
        calls.MapGet("/api/tokens", List).As("listTokens", Right.Person, "One's own tokens");
        calls
            .MapPost("/api/tokens", Make)
            .As("makeToken", Right.Person, "Make a token; it is shown this once")
            .InAudit("make token", "tokens")
            .Gives(409, 429)
            .Example("""{ "name": "nightly tests", "scope": ["reserve", "build"], "apps": ["shop"], "days": 30 }""");
        calls
            .MapDelete("/api/tokens/{id}", End)
            .As("endToken", Right.Person, "End a token of one's own, or as an administrator anybody's")
            .InAudit("end token", "token {id}");
        calls
            .MapGet("/api/people/tokens", ListAll)
            .As("listAllTokens", Right.Administer, "Everybody's tokens, for administrators");
    }

    private static Cacheable<TokenList> List(HttpContext context, PersonalTokens tokens, ConsoleSettings settings) =>
        ListOf(tokens.Of(Caller.Of(context).Name), settings);

    private static Cacheable<TokenList> ListAll(PersonalTokens tokens, ConsoleSettings settings) =>
        ListOf(tokens.All, settings);

    private static async Task<Created<MadeToken>> Make(MakeToken ask, HttpContext context, PersonalTokens tokens)
    {
        context.Response.Headers.CacheControl = "no-store";
        var wish = new TokenWish(ask.Name, ask.Scope, ask.Servers, ask.Apps, ask.Days, ask.Until);
        return PublicAddress.Created(context, "/api/tokens", await tokens.Make(wish, Deed.Of(context)));
    }

    private static async Task<NoContent> End(
        [Description("The token's number")] long id,
        HttpContext context,
        PersonalTokens tokens
    )
    {
        await tokens.End(id, Deed.Of(context));
        return TypedResults.NoContent();
    }

    private static Cacheable<TokenList> ListOf(IEnumerable<TokenView> tokens, ConsoleSettings settings) =>
        Cacheable.Of(new TokenList([.. tokens], settings.People.Tokens, settings.People.TokenDays));
}
