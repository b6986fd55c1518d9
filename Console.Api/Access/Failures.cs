using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using TestServers.Storage;

namespace TestServers.Access;

/// <summary>Turns every failure into problem+json: foreseen ones with their own sentence, all others as a 500 that tells nothing but its trace id.</summary>
public sealed class Failures(IProblemDetailsService problems, ILogger<Failures> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested) return true;
        var details = Foreseen(exception)?.ToDetails();
        if (details is null)
        {
            log.LogError(exception, "Request {TraceId} failed", httpContext.TraceIdentifier);
            details = new() { Status = 500, Type = "urn:test-server-console:fault", Title = "The console failed", Detail = "This is a fault of the console. Tell the administrator the trace id; the console's log has more under it." };
            details.Extensions["traceId"] = httpContext.TraceIdentifier;
        }
        httpContext.Response.StatusCode = details.Status!.Value;
        return await problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = details });
    }

    /// <summary>Gives an answer that the framework itself decided (no such address, wrong method) our type and a sentence.</summary>
    public static void Complete(ProblemDetailsContext context)
    {
        var details = context.ProblemDetails;
        if (details.Type?.StartsWith("urn:", StringComparison.Ordinal) == true) return;
        var known = details.Status switch
        {
            404 => Problem.NotFound("address", "Nothing is at this address. The document at openapi/v1.json lists every call."),
            405 => Problem.WrongMethod("This address does not know the method. The document at openapi/v1.json lists every call."),
            413 => Problem.TooLarge("The body is larger than 64 KB."),
            415 => Problem.WrongType("Send a body as application/json."),
            _ => null,
        };
        if (known is not null) (details.Type, details.Title, details.Detail) = (known.ToDetails().Type, known.Title, known.Message);
    }

    private static Problem? Foreseen(Exception exception) => exception switch
    {
        Problem problem => problem,
        DiskRefused refused => Problem.ReadOnly(refused.Message),
        BadHttpRequestException { StatusCode: 413 } => Problem.TooLarge("The body is larger than 64 KB."),
        BadHttpRequestException { StatusCode: 415 } => Problem.WrongType("Send a body as application/json."),
        BadHttpRequestException { InnerException: JsonException json } => Problem.BadInput(Explain(json)),
        BadHttpRequestException bad => Problem.BadInput(bad.Message.Contains("parameter", StringComparison.Ordinal)
            ? "A name or number in the address, or the body, is missing or not a right one. The document at openapi/v1.json shows what is expected."
            : "The request is malformed."),
        _ => null,
    };

    // The framework's own sentence names types of this program; only those of our converters are for people.
    private static string Explain(JsonException json)
    {
        var where = json.Path is { Length: > 2 } path ? $"The field {path[2..]} is not right" : "The body is no right JSON";
        if (json.Message.StartsWith("It must", StringComparison.Ordinal)) return $"{where}. {json.Message.Split(" Path:")[0]}";
        return json.Message.Contains("could not be mapped", StringComparison.Ordinal) ? $"{where}: there is no such field. The document at openapi/v1.json lists the fields."
            : $"{where}{(json.LineNumber is { } line ? $" (line {line + 1})" : "")}. The document at openapi/v1.json shows what is expected.";
    }
}
