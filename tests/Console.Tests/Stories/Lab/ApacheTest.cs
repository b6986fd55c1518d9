using System.Net.Sockets;
using System.Text;
using TestServers.Tests.Stories.Api;

namespace TestServers.Tests.Stories.Lab;

/// <summary>Nobody is somebody else, through the real Apache with the project's own apache-proxy.conf.</summary>
[Collection("lab")]
public sealed class ApacheTest(LabFixture lab) : IClassFixture<LabFixture>
{
    private async Task<string> Raw(string headers, string path = "api/me")
    {
        var address = new Uri(lab.Console);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.Latin1.GetBytes(
                $"GET {address.AbsolutePath.TrimEnd('/')}/{path} HTTP/1.1\r\nHost: "
                    + $"{address.Authority}\r\n{headers}Connection: close\r\n\r\n"
            )
        );
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    private string? PasswordOf(string user) =>
        lab.Status.GetProperty("users").EnumerateArray().First(u => u.Text("name") == user).Text("password");

    private string Basic(string user) =>
        "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{PasswordOf(user)}")) + "\r\n";

    [Theory]
    [InlineData("")]
    [InlineData("X-Remote-User: ben\r\n")]
    [InlineData("X-Remote-User: ben\r\nX-Remote-User: ben\r\n")]
    [InlineData("x-remote-user: ben\r\n")]
    [InlineData("X_Remote_User: ben\r\n")]
    [InlineData("Connection: close, X-Remote-User\r\n")]
    [InlineData("Connection: X-Remote-User\r\nX-Remote-User: ben\r\n")]
    public async Task A_user_header_from_a_client_changes_nothing(string header)
    {
        var answer = await Raw(Basic("anna") + header);
        Assert.True(
            answer.Contains("\"name\":\"anna\"", StringComparison.Ordinal)
                || answer.StartsWith("HTTP/1.1 401", StringComparison.Ordinal)
                || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal),
            answer
        );
        Assert.DoesNotContain("\"name\":\"ben\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("X-Remote-User: anna\r\n")]
    [InlineData("Authorization: Bearer wrong\r\n")]
    [InlineData("Authorization: Bearer wrong\r\nX-Remote-User: anna\r\n")]
    [InlineData("Authorization: Basic YW5uYTp3cm9uZw==\r\n")]
    [InlineData("Authorization: Basic YW5uYTp3cm9uZw==\r\nX-Remote-User: anna\r\n")]
    [InlineData("Authorization: bearer\r\nX-Remote-User: anna\r\n")]
    public async Task Without_a_password_or_token_nobody_gets_in(string headers)
    {
        foreach (var path in new[] { "api/me", "api/servers", "" })
            Assert.StartsWith("HTTP/1.1 401", await Raw(headers, path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_passes_without_a_password_and_carries_no_user()
    {
        var answer = await Raw($"Authorization: Bearer {lab.Token}\r\nX-Remote-User: anna\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"token\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("anna", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_arrive_through_Apache_while_they_happen()
    {
        using var anna = lab.As("anna");
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/events");
        using var answer = await anna.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("event: hello", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        var purpose = $"events {Guid.NewGuid():n}";
        await anna.Put("api/servers/qa05/reservation", new { purpose, hours = 1 });
        string? line;
        do line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
        while (line is not null && !line.Contains(purpose, StringComparison.Ordinal));
        Assert.NotNull(line);
        await anna.DeleteAsync("api/servers/qa05/reservation");
    }

    [Fact]
    public async Task The_document_and_the_page_are_served_below_the_path()
    {
        using var anna = lab.As("anna");
        Assert.Contains("/api/servers", await anna.GetStringAsync("openapi/v1.json"), StringComparison.Ordinal);
        var library = PageFilesTest.Address(await anna.GetStringAsync(""), "vendor/backbone-min.js");
        Assert.Equal(HttpStatusCode.OK, (await anna.GetAsync(library)).StatusCode);
    }
}
