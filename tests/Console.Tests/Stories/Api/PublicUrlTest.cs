using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>The console's outer address: a setting, else what a request says.</summary>
public sealed class PublicUrlTest
{
    private const string Url = "https://qa.example/qa";

    private static async Task<ConsoleProcess> With(string? url)
    {
        var console = new ConsoleProcess();
        console.WriteSettings(more: url is null ? "" : $", \"publicUrl\": \"{url}\"");
        await console.StartWithServers();
        return console;
    }

    [Theory]
    [InlineData(null, "/console/api/servers/qa01", "..", "/console", false)]
    [InlineData(Url, "https://qa.example/qa/api/servers/qa01", Url, "/qa", true)]
    [InlineData(Url + "/", "https://qa.example/qa/api/servers/qa01", Url, "/qa", true)]
    [InlineData("http://[::1]:8443", "http://[::1]:8443/api/servers/qa01", "http://[::1]:8443", "/", false)]
    public async Task Location_cookie_and_document_name_it(
        string? url,
        string location,
        string document,
        string path,
        bool secure
    )
    {
        await using var console = await With(url);
        using var made = await console.Http.Put("api/servers/qa01/reservation", new { purpose = "one", hours = 1 });
        Assert.Equal(location, made.Headers.Location!.OriginalString);
        using var taken = await console.Http.Post("api/reservations", new { purpose = "any", hours = 1 });
        Assert.StartsWith(location[..^1], taken.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(document, (await console.Http.Json("openapi/v1.json")).GetProperty("servers")[0].Text("url"));
        using var ben = console.ClientFor("ben");
        var cookie = (await ben.GetAsync("api/me")).Headers.GetValues("Set-Cookie").Single();
        Assert.Contains($"path={path};", cookie, StringComparison.Ordinal);
        Assert.Equal(secure, cookie.Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("https://qa.example", HttpStatusCode.Created)]
    [InlineData("http://console.test", HttpStatusCode.Created)]
    [InlineData("http://qa.example", HttpStatusCode.Forbidden)]
    [InlineData("https://qa.example:8443", HttpStatusCode.Forbidden)]
    [InlineData("https://qa.example.evil.test", HttpStatusCode.Forbidden)]
    [InlineData("https://evil.test", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    public async Task A_browser_that_says_its_origin_alone_is_known_though_the_front_changes_Host(
        string origin,
        HttpStatusCode expected
    )
    {
        await using var console = await With(Url);
        using var write = new HttpRequestMessage(HttpMethod.Put, "api/servers/qa01/reservation")
        {
            Content = new StringContent("""{"purpose":"x","hours":1}""", Encoding.UTF8, "application/json"),
        };
        write.Headers.Add("Origin", origin);
        Assert.Equal(expected, (await console.Http.SendAsync(write)).StatusCode);
    }
}
