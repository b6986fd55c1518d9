using System.Security.Cryptography;
using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>What a repository tells of a push: signed as three kinds of forge do it, without anybody's name.</summary>
public sealed class HooksTest : IAsyncLifetime, IAsyncDisposable
{
    private const string Key = "correct horse battery staple",
        Push = """{ "ref": "refs/heads/main", "after": "1111111111111111111111111111111111111111" }""";
    private readonly ConsoleWithApp _running = new();
    private HttpClient _http = null!;

    private ConsoleProcess Console => _running.Console;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(Console.Folder, "shop.hook"), Key + "\n");
        await File.WriteAllTextAsync(Path.Combine(Console.Folder, "other.hook"), "another key\n");
        Console.Change(s =>
        {
            var apps = s["apps"]!.AsArray();
            apps[0]!["follow"] = JsonNode.Parse("""{ "hookSecretFile": "shop.hook" }""");
            foreach (
                var (name, follow) in new[] { ("other", """{ "hookSecretFile": "other.hook" }"""), ("none", "{}") }
            )
            {
                var app = apps[0]!.DeepClone();
                (app["name"], app["follow"]) = (name, JsonNode.Parse(follow));
                apps.Add(app);
            }
        });
        await Console.StartWithServers();
        _http = Console.ClientFor(null);
        _http.DefaultRequestHeaders.Remove("X-Remote-User");
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _running.DisposeAsync();
    }

    [Fact]
    public async Task Three_forms_of_a_signature_are_taken_and_nothing_else()
    {
        var (github, gitea, gitlab) = ("X-Hub-Signature-256", "X-Gitea-Signature", "X-Gitlab-Token");
        var (right, wrong) = (Hmac(Key, Push), Hmac("another key", Push));
        (string App, string[] Headers, string Body, int Status)[] table =
        [
            ("shop", [github, "sha256=" + right], Push, 202),
            ("shop", [gitea, right], Push, 202),
            ("shop", [gitlab, Key], Push, 202),
            ("shop", [gitlab, Key], "{}", 202),
            ("shop", [gitlab, Key], "this is no JSON", 202),
            // Sent twice.
            ("shop", [github, "sha256=" + right], Push, 202),
            // Gitea's own has both.
            ("shop", [gitea, right, github, "sha256=" + right], Push, 202),
            // Forged, cut, for another body, or in another's form.
            ("shop", [], Push, 401),
            ("shop", [github, "sha256=" + wrong], Push, 401),
            ("shop", [github, right], Push, 401),
            ("shop", [github, "sha256="], Push, 401),
            ("shop", [github, "sha1=" + right], Push, 401),
            ("shop", [gitea, wrong], Push, 401),
            ("shop", [gitea, "sha256=" + right], Push, 401),
            ("shop", [gitea, right], Push + " ", 401),
            ("shop", [gitlab, Key[..^1]], Push, 401),
            ("shop", [gitlab, ""], Push, 401),
            ("shop", [gitea, right, gitlab, "x"], Push, 401),
            ("shop", [gitea, wrong, gitlab, Key], Push, 401),
            // Another app, one without a key, and one that there is not.
            ("other", [gitlab, Key], Push, 401),
            ("none", [gitlab, ""], Push, 401),
            ("none", [gitea, Hmac("", Push)], Push, 401),
            ("nowhere", [gitlab, Key], Push, 401),
            // Up to 1 MB.
            ("shop", [gitlab, Key], $"\"{new string('x', (1 << 20) - 2)}\"", 202),
            ("shop", [gitlab, Key], $"\"{new string('x', 1 << 20)}\"", 413),
        ];
        foreach (var (at, (app, headers, body, status)) in table.Index())
        {
            using var answer = await Send(app, body, headers);
            Assert.Equal((at, status), (at, (int)answer.StatusCode));
        }
    }

    [Fact]
    public async Task An_app_that_there_is_not_is_refused_in_the_words_of_a_forged_hook()
    {
        var said = new List<string>();
        foreach (var app in new[] { "shop", "other", "none", "nowhere" })
        {
            using var answer = await Send(app, Push, "X-Gitlab-Token", "guessed");
            said.Add(await answer.Problem(HttpStatusCode.Unauthorized));
        }
        Assert.Single(said.Distinct());
        Assert.DoesNotContain("guessed", Console.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_read_when_a_hook_comes_and_one_that_is_gone_opens_nothing()
    {
        var file = Path.Combine(Console.Folder, "shop.hook");
        await File.WriteAllTextAsync(file, "the new one");
        using (var answer = await Send("shop", Push, "X-Gitlab-Token", "the new one"))
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        using (var answer = await Send("shop", Push, "X-Gitlab-Token", Key))
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        foreach (var text in new[] { "", null })
        {
            if (text is null)
                File.Delete(file);
            else
                await File.WriteAllTextAsync(file, text);
            using var answer = await Send("shop", Push, "X-Gitlab-Token", "");
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        await Wait.Until(
            "it is told",
            () => Console.Log.Contains("The key of hooks cannot be read", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Apache_lets_a_hook_through_without_a_password_and_nothing_else_with_it()
    {
        await using var apache = await ApacheProcess.Before(Console, "anna");
        Task<string> Ask(string method, string path, string headers = "", string body = "") =>
            apache.Raw(
                $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    + $"Content-Length: {body.Length}\r\n{headers}Connection: close\r\n\r\n{body}"
            );
        var signed = $"X-Hub-Signature-256: sha256={Hmac(Key, Push)}\r\n";
        const string hook = "/console/api/hooks/shop",
            ofConsole = "application/problem+json";
        Assert.StartsWith("HTTP/1.1 202", await Ask("POST", hook, signed, Push), StringComparison.Ordinal);
        foreach (var headers in new[] { "", "X-Remote-User: anna\r\n", "X-Gitlab-Token: x\r\n" })
        {
            var answer = await Ask("POST", hook, headers, Push);
            Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
            Assert.Contains(ofConsole, answer, StringComparison.Ordinal);
            Assert.DoesNotContain("Set-Cookie", answer, StringComparison.OrdinalIgnoreCase);
        }
        foreach (
            var (method, path) in new[]
            {
                ("GET", hook),
                ("PUT", hook),
                ("DELETE", hook),
                ("POST", hook + "/"),
                ("POST", hook + "/x"),
                ("POST", "/console/api/hooks/"),
                ("POST", "/console/api/hooks"),
                ("POST", "/console/api/hooks/../tokens"),
                ("POST", "/console/api/hooks/shop/../../tokens"),
                ("POST", "/console/api/hooks/%2e%2e/tokens"),
                ("POST", "/console/api/hooks/..%2ftokens"),
                ("POST", "/console/x/api/hooks/shop"),
                ("PUT", "/console/api/servers/qa01/follow"),
            }
        )
        {
            var answer = await Ask(method, path, signed, Push);
            Assert.Matches("^HTTP/1.1 (400|401|403|404) ", answer);
            Assert.DoesNotContain(ofConsole, answer, StringComparison.Ordinal);
        }
    }

    private static string Hmac(string key, string body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(body)));

    private Task<HttpResponseMessage> Send(string app, string body, params string[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"api/hooks/{app}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        // Asks before it sends: a refusal may end the connection in the middle of a body.
        request.Headers.ExpectContinue = body.Length > 100_000;
        for (var at = 0; at < headers.Length; at += 2)
            request.Headers.TryAddWithoutValidation(headers[at], headers[at + 1]);
        return _http.SendAsync(request);
    }
}
