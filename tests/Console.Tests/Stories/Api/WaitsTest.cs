using System.Diagnostics;

namespace TestServers.Tests.Stories.Api;

/// <summary>A call that waits answers within 10 s and says that it is worth asking again.</summary>
public sealed class WaitsTest
{
    [Fact]
    public async Task A_wait_is_short_and_is_asked_again()
    {
        await using var own = new ConsoleWithApp(connectSeconds: 60);
        await own.Console.StartWithServers();
        using var anna = own.Console.ClientFor("anna");
        using var ben = own.Console.ClientFor("ben");
        foreach (var server in new[] { "qa01", "qa02" })
            await anna.Put($"api/servers/{server}/reservation", new { purpose = "x", hours = 1 });
        await anna.Post("api/servers/qa01/builds", Body.ForBuild("shop", "trunk", database: false, code: true));
        var began = Stopwatch.StartNew();
        var build = anna.GetAsync("api/builds/1?wait=600");
        var reservation = await ben.Post("api/reservations?wait=25", new { purpose = "any", hours = 1 });
        Assert.InRange(began.Elapsed.TotalSeconds, 9, 16);
        Assert.Contains("reserved", await reservation.Problem(HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, reservation.Headers.RetryAfter!.Delta);
        Assert.Equal("running", (await (await build).Json()).Text("state"));
        Assert.Equal(TimeSpan.Zero, (await build).Headers.RetryAfter!.Delta);
        // A shorter wish is kept, and without one there is nothing to ask again for.
        began.Restart();
        await anna.GetAsync("api/builds/1?wait=0.2");
        Assert.Null((await anna.GetAsync("api/builds/1?wait=0")).Headers.RetryAfter);
        Assert.Null((await anna.GetAsync("api/builds/1")).Headers.RetryAfter);
        Assert.InRange(began.Elapsed.TotalSeconds, 0.1, 5);
        await anna.PostAsync("api/builds/1/cancel", null);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("-1")]
    [InlineData("600.5")]
    [InlineData("1e9")]
    [InlineData("soon")]
    public async Task What_is_no_number_of_seconds_is_refused(string wait)
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        await own.Console.Http.Post(
            "api/servers/qa01/builds",
            Body.ForBuild("shop", "trunk", database: false, code: true)
        );
        await (await own.Console.Http.GetAsync($"api/builds/1?wait={wait}")).Problem(HttpStatusCode.BadRequest);
        foreach (var server in new[] { "qa01", "qa02" })
            await own.Console.Http.Put($"api/servers/{server}/reservation", new { purpose = "x", hours = 1 });
        await (await own.Console.Http.Post($"api/reservations?wait={wait}", new { purpose = "x", hours = 1 })).Problem(
            HttpStatusCode.BadRequest
        );
    }
}
