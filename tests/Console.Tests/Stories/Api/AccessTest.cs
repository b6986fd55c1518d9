using System.Net.Sockets;
using System.Text;

namespace TestServers.Tests.Stories.Api;

public sealed class AccessTest(RunningConsole running) : IClassFixture<RunningConsole>
{
    /// <summary>Sends bytes as they are, because clients tidy up what attackers do not.</summary>
    private async Task<int> Raw(string request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(running.Console.Socket));
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        var buffer = new byte[4096];
        var count = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(10));
        return int.Parse(Encoding.ASCII.GetString(buffer, 0, count).Split(' ')[1]);
    }

    [Theory]
    [InlineData("X-Remote-User: anna\r\n", 200)]
    [InlineData("", 401)]
    [InlineData("X-Remote-User:\r\n", 401)]
    [InlineData("X-Remote-User:   \r\n", 401)]
    [InlineData("X-Remote-User: anna\r\nX-Remote-User: root\r\n", 401)]
    [InlineData("x-remote-user: anna\r\nX-REMOTE-USER: root\r\n", 401)]
    [InlineData("X_Remote_User: anna\r\n", 401)]
    [InlineData("X-Remote-User: anna\r\nX-Remote-Groups: qa\r\n", 200)]
    [InlineData("X-Remote-User: anna\r\nX-Remote-Groups: qa\r\nx-remote-groups: admins\r\n", 401)]
    [InlineData("X-Remote-User: anna\r\nX-Remote-Address: anna@x\r\nx-remote-address: ben@x\r\n", 401)]
    [InlineData("X-Remote-Groups: qa\r\n", 401)]
    [InlineData("X-Remote-User: anna, root\r\n", 200)]
    [InlineData("X-Remote-User: an\u0007na\r\n", 401)]
    [InlineData("X-Remote-User: anna\r\n root\r\n", 400)]
    [InlineData("Authorization: Bearer secret\r\n", 200)]
    [InlineData("Authorization: Bearer wrong\r\n", 401)]
    [InlineData("Authorization: Bearer \r\n", 401)]
    [InlineData("Authorization: Bearer secret\r\nX-Remote-User: anna\r\n", 401)]
    [InlineData("Authorization: Basic YW5uYTphbm5h\r\n", 401)]
    [InlineData("Cookie: console-name=anna\r\n", 401)]
    public async Task One_and_only_one_user_header_or_a_token_says_who_asks(string headers, int expected) =>
        Assert.Equal(
            expected,
            await Raw($"GET /console/api/servers HTTP/1.1\r\nHost: console.test\r\nConnection: close\r\n{headers}\r\n")
        );

    [Fact]
    public async Task A_token_may_do_what_the_settings_say_and_nothing_else()
    {
        Assert.Equal(
            403,
            await Raw(
                "PUT /console/api/servers/qa01/reservation HTTP/1.1\r\nHost: c\r\nConnection: "
                    + "close\r\nAuthorization: Bearer secret\r\nContent-Type: "
                    + "application/json\r\nContent-Length: 27\r\n\r\n{\"purpose\":\"x\",\"hours\":1.5}"
            )
        );
        Assert.Equal(
            404,
            await Raw(
                "POST /console/api/bases/shop/restore HTTP/1.1\r\nHost: c\r\nConnection: "
                    + "close\r\nAuthorization: Bearer secret\r\n\r\n"
            )
        );
    }

    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site\r\nContent-Type: application/json\r\n", 403)]
    [InlineData("Sec-Fetch-Site: same-site\r\nContent-Type: application/json\r\n", 403)]
    [InlineData("Origin: https://evil.test\r\nContent-Type: application/json\r\n", 403)]
    [InlineData("Origin: null\r\nContent-Type: application/json\r\n", 403)]
    [InlineData("Sec-Fetch-Site: same-origin\r\nContent-Type: text/plain\r\n", 415)]
    [InlineData("Content-Type: application/x-www-form-urlencoded\r\n", 415)]
    [InlineData("Content-Type: application/jsonp\r\n", 415)]
    [InlineData("", 415)]
    [InlineData(
        "Sec-Fetch-Site: same-origin\r\nOrigin: http://console.test\r\nContent-Type: "
            + "application/json; charset=utf-8\r\n",
        201
    )]
    public async Task Another_site_cannot_write(string headers, int expected)
    {
        const string body = """{"purpose":"x","hours":1}""";
        var sent =
            "PUT /console/api/servers/qa02/reservation HTTP/1.1\r\nHost: "
            + "console.test\r\nConnection: close\r\nX-Remote-User: "
            + $"anna\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}";
        Assert.Equal(expected, await Raw(sent));
        var reservation = (await running.Console.Http.Json("api/servers/qa02")).Text("reservation");
        Assert.Equal(expected == 201, reservation is not null);
        if (expected == 201)
            await running.Console.Http.DeleteAsync("api/servers/qa02/reservation");
    }

    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site\r\n")]
    [InlineData("Sec-Fetch-Site: same-site\r\n")]
    [InlineData("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: none\r\n")]
    [InlineData("Origin: https://evil.test\r\n")]
    [InlineData("Origin: null\r\n")]
    public async Task Another_site_takes_no_place(string headers)
    {
        Task<int> Get(string path) =>
            Raw(
                $"GET /console/{path} HTTP/1.1\r\nHost: console.test\r\nConnection: "
                    + $"close\r\nX-Remote-User: anna\r\n{headers}\r\n"
            );
        foreach (
            var held in new[]
            {
                "api/events",
                "api/builds/1?wait=1",
                "api/builds/1/log?follow=true",
                "api/restores/1?wait=1",
                "api/restores/1/log?follow=true",
            }
        )
        {
            Assert.Equal((held, 403), (held, await Get(held)));
        }
        foreach (var path in new[] { "api/builds/1", "api/builds/1/log", "api/restores/1?wait=0" })
        {
            Assert.Equal((path, 404), (path, await Get(path)));
        }
    }

    [Fact]
    public async Task Nothing_is_written_by_GET()
    {
        foreach (
            var path in new[]
            {
                "api/servers/qa01/reservation",
                "api/builds/1/cancel",
                "api/bases/shop/restore",
                "api/reservations",
            }
        )
        {
            Assert.Contains(
                (await running.Console.Http.GetAsync(path)).StatusCode,
                new[] { HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound }
            );
        }
    }

    [Fact]
    public async Task Every_answer_keeps_text_text()
    {
        foreach (var path in new[] { "", "api/servers", "api/nothing", "healthz" })
        {
            var answer = await running.Console.Http.GetAsync(path);
            Assert.StartsWith(
                "default-src 'none'",
                answer.Headers.GetValues("Content-Security-Policy").Single(),
                StringComparison.Ordinal
            );
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "api/servers/qa01/reservation");
        request.Content = new StringContent(
            $"{{\"purpose\":\"{new string('x', 100_000)}\"}}",
            Encoding.UTF8,
            "application/json"
        );
        // Asks before it sends: a refusal may end the connection in the middle of a body.
        request.Headers.ExpectContinue = true;
        await (await running.Console.Http.SendAsync(request)).Problem(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task The_document_lists_every_route()
    {
        var document = await running.Console.Http.Json("openapi/v1.json");
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        foreach (
            var path in new[]
            {
                "/api/servers",
                "/api/servers/{server}",
                "/api/servers/{server}/reservation",
                "/api/servers/{server}/reservation/takeover",
                "/api/reservations",
                "/api/servers/{server}/history",
                "/api/servers/{server}/builds",
                "/api/builds",
                "/api/builds/{id}",
                "/api/builds/{id}/cancel",
                "/api/builds/{id}/retry",
                "/api/builds/{id}/log",
                "/api/apps",
                "/api/apps/{app}/paths",
                "/api/bases",
                "/api/bases/{name}",
                "/api/bases/{name}/restore",
                "/api/restores/{id}",
                "/api/restores/{id}/log",
                "/api/events",
                "/api/me",
                "/healthz",
                "/metrics",
            }
        )
        {
            Assert.Contains(path, paths);
        }
    }
}
