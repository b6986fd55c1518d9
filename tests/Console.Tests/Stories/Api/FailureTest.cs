using TestServers.Http;

namespace TestServers.Tests.Stories.Api;

public sealed class FailureTest
{
    [Fact]
    public async Task A_failure_of_our_own_has_one_id_in_answer_and_log_and_tells_nothing_else()
    {
        var log = new Lines<ProblemHandler>();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { TraceIdentifier = "0HN:1", Response = { Body = body } };
        using var activity = new System.Diagnostics.Activity("request").Start();
        Assert.True(
            await new ProblemHandler(log).TryHandleAsync(
                context,
                new InvalidOperationException("TestServers.Secret"),
                default
            )
        );
        var answer = JsonDocument.Parse(body.ToArray()).RootElement;
        Assert.Equal((500, "application/problem+json"), (context.Response.StatusCode, context.Response.ContentType));
        Assert.Equal(("urn:test-server-console:fault", "0HN:1"), (answer.Text("type"), answer.Text("traceId")));
        Assert.Equal("Error Request 0HN:1 failed: TestServers.Secret", Assert.Single(log.Written));
        Assert.DoesNotContain("Secret", answer.ToString(), StringComparison.Ordinal);
    }
}
