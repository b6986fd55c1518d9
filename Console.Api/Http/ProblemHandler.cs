using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace TestServers.Http;

/// <summary>
/// Turns every failure into problem+json, whatever the client would accept: foreseen ones with their own sentence,
/// all others as a 500 that tells nothing but the id under which the log has it.
/// </summary>
public sealed class ProblemHandler(ILogger<ProblemHandler> log) : IExceptionHandler
{
    private const string SecondsToWait = "5";

    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext,
        Exception exception,
        CancellationToken cancellationToken
    )
    {
        if (
            exception is OperationCanceledException or IOException
            && httpContext.RequestAborted.IsCancellationRequested
        )
            return true;
        var problem = Foreseen(exception);
        if (problem is null)
        {
            log.LogError(exception, "Request {TraceId} failed", httpContext.TraceIdentifier);
            problem = Problem.Fault(
                "This is a fault of the console. "
                    + "Tell the administrator the trace id; the console's log has more under it."
            );
        }
        await Write(httpContext, problem);
        return true;
    }

    /// <summary>
    /// Gives an answer that the framework itself decided (no such address, wrong method) our type and a sentence.
    /// </summary>
    public static Task Complete(Microsoft.AspNetCore.Diagnostics.StatusCodeContext answer) =>
        Write(
            answer.HttpContext,
            answer.HttpContext.Response.StatusCode switch
            {
                404 => Problem.NotFound(
                    "address",
                    "Nothing is at this address. The document at openapi/v1.json lists every call."
                ),
                405 => Problem.WrongMethod(
                    $"This address does not know the method. It knows {answer.HttpContext.Response.Headers.Allow}."
                ),
                413 => Problem.TooLarge("The body is larger than 64 KB."),
                415 => Problem.WrongType("Send a body as application/json."),
                >= 500 => Problem.Fault("This is a fault of the console."),
                _ => Problem.BadInput("The request is malformed."),
            }
        );

    private static async Task Write(HttpContext context, Problem problem)
    {
        var details = problem.ToDetails();
        details.Extensions["traceId"] = context.TraceIdentifier;
        var body = JsonSerializer.SerializeToUtf8Bytes(details, Json.Web);
        var response = context.Response;
        (response.StatusCode, response.ContentType, response.ContentLength) = (
            problem.Status,
            "application/problem+json",
            body.Length
        );
        if (problem.RetryAfter is { } time)
            response.Headers.RetryAfter = $"{time.TotalSeconds:0}";
        else if (problem.Status is 429 or 503 && !response.Headers.ContainsKey(HeaderNames.RetryAfter))
            response.Headers.RetryAfter = SecondsToWait;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static Problem? Foreseen(Exception exception) =>
        exception switch
        {
            Problem problem => problem,
            DiskRefused refused => Problem.ReadOnly(refused.Message),
            BadHttpRequestException { StatusCode: 408 } => Problem.TooSlow(
                "The body did not come in time. Send it at once."
            ),
            BadHttpRequestException { StatusCode: 413 } => Problem.TooLarge("The body is larger than 64 KB."),
            BadHttpRequestException { StatusCode: 415 } => Problem.WrongType("Send a body as application/json."),
            BadHttpRequestException => Problem.BadInput(
                "The request is malformed. The document at openapi/v1.json shows what is expected."
            ),
            _ => null,
        };
}
