using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// 2,000 requests made from the API document: whatever a client sends, the console foresees it, and answers as the
/// document says.
/// </summary>
public sealed partial class FuzzTest
{
    private const int Requests = 2000,
        AtOnce = 16;

    [Fact]
    public async Task Nothing_that_a_client_sends_is_a_fault_and_every_answer_is_one_that_the_document_lists()
    {
        var seed = Environment.GetEnvironmentVariable("FUZZ_SEED") is { Length: > 0 } given
            ? int.Parse(given)
            : Random.Shared.Next();
        await using var running = new ConsoleWithApp();
        await running.Console.StartWithServers();
        var document = await running.Console.Http.Json("openapi/v1.json");
        var maker = new RequestMaker(document, new Random(seed));
        var shape = new JsonShape(document);
        var made = Enumerable.Range(0, Requests).Select(_ => maker.Next()).ToList();
        var faults = new System.Collections.Concurrent.ConcurrentBag<string>();
        var statuses = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        await Parallel.ForEachAsync(
            made,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (one, cancel) =>
            {
                using var answer = await Send(running.Console.Http, one.Request, cancel);
                if (answer is null)
                    return;
                statuses.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
                foreach (var fault in await FaultsOf(answer, one, shape))
                    faults.Add($"{one.Told} -> {(int)answer.StatusCode}: {fault}");
            }
        );
        Assert.True(
            faults.IsEmpty,
            $"FUZZ_SEED={seed}, {faults.Count} faults:\n{string.Join('\n', faults.Take(20))}\n{running.Console.Log}"
        );
        // The requests reach deep: some are carried out, and many are refused for a reason.
        Assert.All(
            new[] { 200, 201, 400, 404, 405, 409 },
            status =>
                Assert.True(statuses.ContainsKey(status), $"FUZZ_SEED={seed}: none of {Requests} was answered {status}")
        );
    }

    // Null: a body over the limit was refused, and the connection closed, while it was still being written. The client
    // sees its write fail and does not come to read the answer.
    private static async Task<HttpResponseMessage?> Send(
        HttpClient http,
        HttpRequestMessage request,
        CancellationToken cancel
    )
    {
        var size = request.Content?.Headers.ContentLength;
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException e) when (e.InnerException is IOException && size > 64 * 1024)
        {
            return null;
        }
    }

    private static async Task<List<string>> FaultsOf(HttpResponseMessage answer, MadeRequest made, JsonShape shape)
    {
        var faults = new List<string>();
        var status = (int)answer.StatusCode;
        var type = answer.Content.Headers.ContentType?.MediaType;
        // A stream does not end; its head is looked at.
        if (
            type == "text/event-stream"
            || made.Request.RequestUri!.Query.Contains("follow", StringComparison.Ordinal) && status == 200
        )
            return faults;
        var text = await answer.Content.ReadAsStringAsync();
        if (status == 500)
            faults.Add($"a fault: {text}");
        if (Inside().Match(text) is { Success: true } inside)
            faults.Add($"tells what is inside: {inside.Value}");
        var isHead = made.Request.Method == HttpMethod.Head;
        if (status >= 400 && !isHead && made.Call?.GetProperty("operationId").GetString() != "showHealth")
            faults.AddRange(ProblemFaults(type, text));
        if (made.Call is not { } call)
            return faults;
        if (!call.GetProperty("responses").TryGetProperty($"{status}", out var listed))
            faults.Add("the document does not list this status");
        else
            faults.AddRange(JsonShape.HeaderFaults(answer, listed));
        if (listed.ValueKind == JsonValueKind.Object && text.Length > 0)
        {
            if (
                !listed.TryGetProperty("content", out var contents)
                || !contents.TryGetProperty(type ?? "", out var content)
            )
                faults.Add($"the document does not list {type}");
            else if (type!.EndsWith("json", StringComparison.Ordinal))
                faults.AddRange(shape.Faults(JsonDocument.Parse(text).RootElement, content.GetProperty("schema")));
        }
        return faults;
    }

    private static IEnumerable<string> ProblemFaults(string? type, string text)
    {
        if (type != "application/problem+json")
        {
            yield return $"it is {type}: {text}";
            yield break;
        }
        var problem = JsonDocument.Parse(text).RootElement;
        if (!problem.Text("type")!.StartsWith("urn:test-server-console:", StringComparison.Ordinal))
            yield return $"its type is {problem.Text("type")}";
        if (!Sentence().IsMatch(problem.Text("detail") ?? ""))
            yield return $"it says no sentence: {problem.Text("detail")}";
    }

    [GeneratedRegex(@"TestServers\.|System\.|Microsoft\.|   at |Exception|\.cs\b")]
    private static partial Regex Inside();

    [GeneratedRegex(@"^.{8,}[.!?…)]$", RegexOptions.Singleline)]
    private static partial Regex Sentence();
}
