namespace TestServers.Tests.Stories.Api;

public sealed class MethodsTest(RunningConsole running) : IClassFixture<RunningConsole>
{
    private HttpClient Http => running.Console.Http;

    private Task<HttpResponseMessage> Send(string method, string address) =>
        Http.SendAsync(new HttpRequestMessage(new(method), address), HttpCompletionOption.ResponseHeadersRead);

    [Fact]
    public async Task HEAD_answers_as_GET_does_without_a_body_and_a_stream_ends_at_once()
    {
        using var program = new ProgramCalls();
        var reads = program
            .Addresses.Where(a => a.StartsWith("GET", StringComparison.Ordinal))
            .Select(a => a[5..].Replace("{server}", "qa01", StringComparison.Ordinal));
        foreach (
            var address in reads
                .Select(a => System.Text.RegularExpressions.Regex.Replace(a, @"\{[a-z]+}", "1"))
                .Append("index.html")
                .Append("nowhere")
        )
        {
            using var get = await Send("GET", address);
            using var head = await Send("HEAD", address);
            Assert.Equal(
                (address, get.StatusCode, get.Content.Headers.ContentType),
                (address, head.StatusCode, head.Content.Headers.ContentType)
            );
            Assert.Equal(
                get.Headers.Select(h => h.Key).Except(["Transfer-Encoding"]).Order(),
                head.Headers.Select(h => h.Key).Except(["Transfer-Encoding"]).Order()
            );
            if (get.Content.Headers.Contains("Content-Length") && get.IsSuccessStatusCode)
                Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync().WaitAsync(TimeSpan.FromSeconds(20)));
        }
    }

    [Fact]
    public async Task A_wrong_method_is_told_which_are_right_and_OPTIONS_lists_them()
    {
        foreach (
            var (address, allowed) in new[]
            {
                ("api/servers", "GET, HEAD, OPTIONS"),
                ("api/servers/qa01/reservation", "DELETE, OPTIONS, PUT"),
                ("api/builds/1/cancel", "OPTIONS, POST"),
                ("api/me", "GET, HEAD, OPTIONS, PUT"),
            }
        )
        {
            using var wrong = await Send("PATCH", address);
            Assert.Equal(allowed, string.Join(", ", wrong.Content.Headers.Allow.Order()));
            await wrong.Problem(HttpStatusCode.MethodNotAllowed);
            using var options = await Send("OPTIONS", address);
            Assert.Equal(HttpStatusCode.NoContent, options.StatusCode);
            Assert.Equal(allowed, string.Join(", ", options.Content.Headers.Allow.Order()));
        }
        await (await Send("OPTIONS", "api/nowhere")).Problem(HttpStatusCode.NotFound);
    }
}
