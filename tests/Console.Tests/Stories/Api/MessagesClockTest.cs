using System.Globalization;
using TestServers.Tests.Stories.Lab;

namespace TestServers.Tests.Stories.Api;

/// <summary>What is told while the clock is stepped, and in both nights of daylight saving.</summary>
public sealed class MessagesClockTest : IDisposable
{
    private static readonly DateTimeOffset Spring = new(2027, 3, 28, 1, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Autumn = new(2027, 10, 31, 1, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_night_of_daylight_saving_and_a_step_back_warn_of_an_end_once_each_and_a_webhook_is_told_later()
    {
        using var bot = new Receiver
        {
            Answer = response =>
            {
                response.StatusCode = 500;
                return Task.CompletedTask;
            },
        };
        await using var console = new ConsoleProcess();
        console.WriteSettings(
            more: $$"""
            , "webhooks": [ { "name": "bot", "url": "{{bot.Url}}", "events": ["endsSoon"] } ]
            """
        );
        SetTo(Spring.AddMinutes(-90));
        var environment = ClockTest.FakedBy(_folder["clock"]);
        environment["TZ"] = "Europe/Berlin";
        await console.Start(environment: environment);
        await console.StartedWithServers();
        var told = 0;
        foreach (var night in new[] { Spring, Autumn })
        {
            // Ten seconds later: the end is said to the minute.
            SetTo(night.AddMinutes(-90).AddSeconds(10));
            using var reserved = await console.Http.Put(
                "api/servers/qa01/reservation",
                new { purpose = "a night", hours = 2 }
            );
            Assert.Equal(HttpStatusCode.Created, reserved.StatusCode);
            SetTo(night.AddMinutes(-29));
            var until = $"{night.AddMinutes(30).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC";
            Assert.Contains($"ends in an hour, at {until}", await Newest(console, ++told), StringComparison.Ordinal);
            SetTo(night.AddMinutes(22));
            Assert.Contains($"ends in 8 minutes, at {until}", await Newest(console, ++told), StringComparison.Ordinal);
            // Back to where it was told, and forwards again.
            SetTo(night.AddMinutes(-29));
            await Wait.Until("it has seen the step", async () => await Now(console) < night);
            SetTo(night.AddMinutes(31));
            await Wait.Until("it has ended", () => IsFree(console));
            await Newest(console, told);
        }
        Assert.Equal(4, bot.Got.Select(s => s.Headers["X-Console-Delivery"]).Distinct().Count());
        // A day on it has refused all of them again; then the clock is put back by that day, and what waits is sent.
        SetTo(Autumn.AddDays(1));
        await Wait.Until("all are tried again", () => Tried(bot).Values.All(n => n >= 2), 90);
        bot.Answer = _ => Task.CompletedTask;
        SetTo(Autumn);
        var before = Tried(bot);
        await Wait.Until("all are sent again", () => Tried(bot).All(d => d.Value > before[d.Key]), 90);
        Assert.Equal(4, Tried(bot).Count);
    }

    private static Dictionary<string, int> Tried(Receiver bot) =>
        bot.Got.GroupBy(s => s.Headers["X-Console-Delivery"]).ToDictionary(g => g.Key, g => g.Count());

    // What the console takes for now: the time at which virsh has answered.
    private static async Task<DateTimeOffset> Now(ConsoleProcess console) =>
        (await console.Http.Json("api/servers")).GetProperty("servers")[0].GetProperty("asOf").GetDateTimeOffset();

    private static async Task<string> Newest(ConsoleProcess console, int count)
    {
        List<JsonElement> all = [];
        await Wait.Until(
            $"{count} are told",
            async () =>
                (all = [.. (await console.Http.Json("api/messages")).GetProperty("messages").EnumerateArray()]).Count
                >= count
        );
        Assert.Equal(count, all.Count);
        return all[0].Text("text")!;
    }

    private static async Task<bool> IsFree(ConsoleProcess console) =>
        (await console.Http.Json("api/servers/qa01")).GetProperty("reservation").ValueKind == JsonValueKind.Null;

    private void SetTo(DateTimeOffset time)
    {
        var offset = (long)(time - DateTimeOffset.UtcNow).TotalSeconds;
        File.WriteAllText(_folder["draft"], $"{(offset < 0 ? "-" : "+")}{Math.Abs(offset)}\n");
        File.Move(_folder["draft"], _folder["clock"], overwrite: true);
    }
}
