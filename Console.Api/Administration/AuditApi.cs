using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using TestServers.Http;

namespace TestServers.Administration;

/// <summary>Who did what to what.</summary>
public static class AuditApi
{
    private const string Lines = "application/jsonl";
    private const int UsualLimit = 100,
        MostLimit = 1000;

    public static IServiceCollection AddAudit(this IServiceCollection services) =>
        services.AddSingleton<AuditReader>().AddBackground<AuditRetention>();

    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes
            .MapCalls("Audit", "Who did what to what, and when.")
            .MapGet("/api/audit", List)
            .As(
                "listAudit",
                Right.View,
                "What was done, or tried and refused, newest first: by everybody for administrators, by oneself for "
                    + "others; as JSON, or by "
                    + "?format= or Accept as JSON Lines or CSV. Link names the next page"
            )
            .Gives(410)
            .Produces<AuditPage>()
            .AlsoAs(Lines, "{\"at\":\"2026-11-25T17:00:00Z\",\"actor\":\"anna\",\"action\":\"reserve\"}\n")
            .AlsoAs(
                "text/csv",
                $"{AuditCsv.Head}\r\n2026-11-25T17:00:00.000Z,anna,user,,,reserve,qa07,done,number 17\r\n"
            )
            .ComesInPages();

    private static async Task List(
        [Description("Who did it")] string? actor,
        [Description("The server, or what else it was done to")] string? server,
        [Description("What was done, such as reserve")] string? action,
        [Description("What came of it: one or more words, with commas between them"), ListOf(typeof(AuditOutcome))]
            string? outcome,
        [Description("Not before")] DateTimeOffset? from,
        [Description("Before")] DateTimeOffset? to,
        [Description("How many at most: 1 to 1000, 100 when left out")] int? limit,
        [Description("Those before this place, as the last page's `next` says")] long? before,
        [Description("In which form; else Accept says it"), AllowedValues("json", "jsonl", "csv")] string? format,
        HttpContext context,
        AuditReader audit
    )
    {
        if (limit is < 1 or > MostLimit)
            throw Problem.BadInput($"`limit` is a whole number from 1 to {MostLimit}.");
        if (before < 0)
            throw Problem.BadInput("`before` is what the last page's `next` says.");
        var wish = new AuditWish(actor, server, action, OutcomesOf(outcome), from, to, before, limit ?? UsualLimit);
        var page = audit.Read(wish, Caller.Of(context));
        if (page.Next is { } next)
            context.Response.Headers.Link = $"<{PublicAddress.Same(context, "before", $"{next}")}>; rel=\"next\"";
        context.Response.Headers.Vary = "Accept";
        var (type, text) = (format ?? Wanted(context.Request.Headers.Accept.ToString())) switch
        {
            "jsonl" => (Lines, LinesOf(page)),
            "csv" => ("text/csv; charset=utf-8", AuditCsv.Of(page.Facts)),
            _ => ("application/json; charset=utf-8", JsonSerializer.Serialize(page, Json.Web)),
        };
        context.Response.ContentType = type;
        await context.Response.WriteAsync(text, Encoding.UTF8, context.RequestAborted);
    }

    private static HashSet<AuditOutcome>? OutcomesOf(string? words) =>
        words?.Split(',').Select(word => Enum.Parse<AuditOutcome>(word, ignoreCase: true)).ToHashSet();

    private static string Wanted(string accept) =>
        accept.Contains("text/csv", StringComparison.OrdinalIgnoreCase) ? "csv"
        : accept.Contains("ndjson", StringComparison.OrdinalIgnoreCase)
        || accept.Contains("jsonl", StringComparison.OrdinalIgnoreCase)
            ? "jsonl"
        : "json";

    private static string LinesOf(AuditPage page) =>
        string.Concat(page.Facts.Select(f => JsonSerializer.Serialize(f, Json.Web) + "\n"));
}
