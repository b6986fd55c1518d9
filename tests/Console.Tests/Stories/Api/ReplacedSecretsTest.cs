using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace TestServers.Tests.Stories.Api;

/// <summary>A secret is replaced as docs/security.md says it.</summary>
public sealed class ReplacedSecretsTest
{
    [Fact]
    public async Task Another_key_of_sessions_ends_those_of_the_former_and_no_token()
    {
        await using var console = new ConsoleProcess();
        await console.Start();
        using HttpClient anna = console.ClientFor("anna"),
            script = console.ClientFor("anna");
        var made = await anna.Post("api/tokens", new { name = "nightly", scope = new[] { "build" } });
        script.DefaultRequestHeaders.Remove("X-Remote-User");
        script.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            (await made.Json()).Text("secret")
        );
        // From now on the session's cookie alone says who she is.
        anna.DefaultRequestHeaders.Remove("X-Remote-User");
        Assert.Equal("anna", (await anna.Json("api/me")).Text("name"));

        await console.Kill();
        var file = Path.Combine(console.Folder, "state", "sessions.json");
        var state = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        state["key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await File.WriteAllTextAsync(file, state.ToJsonString());
        File.Delete(file + ".last");
        await console.Start();

        Assert.Equal(HttpStatusCode.Unauthorized, (await anna.GetAsync("api/me")).StatusCode);
        Assert.Equal("nightly", (await script.Json("api/me")).Text("token"));
    }
}
