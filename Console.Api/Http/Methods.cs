using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace TestServers.Http;

/// <summary>HEAD on every GET, OPTIONS on every address, and an Allow that names both.</summary>
public sealed class Methods(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var method = context.Request.Method;
        if (HttpMethods.IsHead(method))
            await AnswerHead(context);
        else
            await next(context);
        var response = context.Response;
        if (response.HasStarted || response.StatusCode != StatusCodes.Status405MethodNotAllowed)
            return;
        response.Headers.Allow = AllowedBy(response.Headers.Allow.ToString());
        if (HttpMethods.IsOptions(method))
            response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Kestrel leaves out the body by itself, as it remembers what was asked. A stream would never end, so it is told
    // that its reader has left as soon as it begins.
    private async Task AnswerHead(HttpContext context)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var answer = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new HeadOnly(answer, left));
        context.RequestAborted = left.Token;
        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            // The stream ended, as it was told to.
        }
    }

    private static string AllowedBy(string methods)
    {
        var known = methods.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        if (known.Contains(HttpMethods.Get, StringComparer.Ordinal))
            known.Add(HttpMethods.Head);
        return string.Join(", ", known.Append(HttpMethods.Options).Distinct(StringComparer.Ordinal));
    }

    private sealed class HeadOnly(IHttpResponseBodyFeature answer, CancellationTokenSource left)
        : IHttpResponseBodyFeature
    {
        public Stream Stream => answer.Stream;
        public PipeWriter Writer => answer.Writer;

        public Task CompleteAsync() => answer.CompleteAsync();

        public Task SendFileAsync(
            string path,
            long offset,
            long? count,
            CancellationToken cancellationToken = default
        ) => answer.SendFileAsync(path, offset, count, cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken = default) =>
            answer.StartAsync(CancellationToken.None);

        // What streams does this first, when its headers are set.
        public void DisableBuffering()
        {
            answer.DisableBuffering();
            left.Cancel();
        }
    }
}
