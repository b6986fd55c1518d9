namespace TestServers.Tests.Stories.Lab;

/// <summary>A tool on a server that is older than builds need.</summary>
[Collection("lab"), StandingLab, Trait("lab", "second")]
public sealed class OldToolsTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private const string Message = "svn is 1.8.19 here, and 1.9 is needed at least. Install a newer one.";

    [Fact]
    public async Task It_is_told_with_its_server_and_by_healthz_until_a_newer_one_is_there()
    {
        await using var own = new LabConsole(lab, settings => settings["guests"]!["lookMinutes"] = 0.05);
        await using var qa06 = await SickGuest.Of(lab, "qa06");
        await qa06.ServeWithOldSvn();
        await own.Process.StartWithServers();
        var http = own.Process.Http;
        await Wait.Until("own6 has told of it", async () => await OldOn(http, "own6") is not null, 20);
        var tool = Assert.Single((await OldOn(http, "own6"))!.Value.EnumerateArray());
        Assert.Equal(("svn", Message), (tool.Text("name"), tool.Text("message")));
        Assert.Contains($"own6: {Message}", await http.GetStringAsync("healthz"), StringComparison.Ordinal);
        var others = (await http.Json("api/servers")).GetProperty("servers").EnumerateArray();
        Assert.All(others.Where(s => s.Text("name") != "own6"), s => Assert.False(s.TryGetProperty("oldTools", out _)));

        qa06.GiveBackSvn();
        await Wait.Until("the newer one is seen", async () => await OldOn(http, "own6") is null, 20);
        Assert.DoesNotContain(Message, await http.GetStringAsync("healthz"), StringComparison.Ordinal);
    }

    private static async Task<JsonElement?> OldOn(HttpClient http, string server) =>
        (await http.Json($"api/servers/{server}")).TryGetProperty("oldTools", out var old) ? old : null;
}
