namespace TestServers.Tests.Stage;

/// <summary>
/// A person who launches builds on one server, one after the other. What is not answered is asked again, with the same
/// Idempotency-Key, until it is.
/// </summary>
internal sealed class QueueClient(ConsoleProcess console, string server) : IDisposable
{
    private readonly HttpClient _http = console.ClientFor($"user-{server}");

    /// <summary>The builds that were accepted, with their numbers.</summary>
    public Dictionary<Work, string> Accepted { get; } = [];

    /// <summary>Launches that had no answer at first.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Those among them that had been accepted all the same.</summary>
    public int AcceptedUnheard { get; private set; }

    public async Task Launch(IEnumerable<Work> works)
    {
        foreach (var work in works)
            await Wait.Until($"{work} is accepted", HasAccepted(work), 60);
    }

    /// <summary>Launches a build; null: there was no answer, or not yet a useful one.</summary>
    public async Task<JsonElement?> Ask(Work work)
    {
        try
        {
            using var answer = await QueueConsole.Post(_http, work, key: $"{work.Number}");
            // Right after a start no server is known yet.
            if (answer.StatusCode == HttpStatusCode.NotFound)
                return null;
            Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
            return await answer.Json();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private Func<Task<bool>> HasAccepted(Work work)
    {
        double? lost = null;
        return async () =>
        {
            if (await Ask(work) is not { } build)
            {
                if (lost is null)
                    Unanswered++;
                lost ??= DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
                return false;
            }
            if (build.Instant("at") < lost)
                AcceptedUnheard++;
            Accepted[work] = build.Text("id")!;
            return true;
        };
    }
}
