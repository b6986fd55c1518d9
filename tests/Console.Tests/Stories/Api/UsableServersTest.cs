namespace TestServers.Tests.Stories.Api;

/// <summary>
/// Only a server that can be used can be reserved, by whatever call, and the list says of each why it cannot.
/// </summary>
public sealed class UsableServersTest
{
    private static readonly (string Server, int State)[] Domains =
    [
        ("qa01", 1),
        ("qa02", 3),
        ("qa03", 5),
        ("qa04", 6),
        ("qa05", 7),
    ];

    [Fact]
    public async Task What_does_not_run_is_reserved_by_no_call_and_the_list_says_why()
    {
        await using var console = new ConsoleProcess();
        console.WriteDomains(Domains);
        await console.StartWithServers();
        foreach (var (server, state) in Domains)
        {
            var why = (await console.Http.Json($"api/servers/{server}")).Text("unusable");
            var answer = await console.Http.Put($"api/servers/{server}/reservation", new { purpose = "x", hours = 1 });
            if (state == 1)
            {
                Assert.Null(why);
                Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
                continue;
            }
            Assert.Contains($"{server} is ", why, StringComparison.Ordinal);
            Assert.Equal(why, await answer.Problem(HttpStatusCode.Conflict));
        }
        await (await console.ClientFor("ben").Post("api/reservations", new { purpose = "any", hours = 1 })).Problem(
            HttpStatusCode.Conflict
        );

        // Who holds one that was stopped since may change and release it; nobody else gets it.
        console.WriteDomains(("qa01", 5));
        await Wait.Until(
            "it is seen to be shut off",
            async () => (await console.Http.Json("api/servers/qa01")).Text("state") == "shut off"
        );
        Assert.Equal(
            HttpStatusCode.OK,
            (await console.Http.Put("api/servers/qa01/reservation", new { hours = 3 })).StatusCode
        );
        await (
            await console.ClientFor("ben").Post("api/servers/qa01/reservation/takeover", new { reason = "x" })
        ).Problem(HttpStatusCode.Conflict);
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await console.Http.DeleteAsync("api/servers/qa01/reservation")).StatusCode
        );
    }

    [Fact]
    public async Task A_server_of_a_host_that_does_not_answer_is_given_to_nobody_until_it_does()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        var domains = Path.Combine(console.Folder, "domains.xml");
        File.Move(domains, domains + ".away");
        await Wait.Until(
            "the host is seen to be down",
            async () => (await console.Http.Json("api/servers/qa01")).Text("problem") is not null
        );
        Assert.Contains(
            "does not answer",
            (await console.Http.Json("api/servers/qa01")).Text("unusable"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "vmhost",
            await (await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })).Problem(
                HttpStatusCode.Conflict
            ),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "can be used",
            await (await console.Http.Post("api/reservations", new { purpose = "x", hours = 1 })).Problem(
                HttpStatusCode.Conflict
            ),
            StringComparison.Ordinal
        );
        File.Move(domains + ".away", domains);
        await Wait.Until(
            "it is given again",
            async () =>
                (await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 })).StatusCode
                == HttpStatusCode.Created
        );
    }

    [Fact]
    public async Task A_server_that_was_not_reached_is_given_to_nobody_and_what_its_build_had_reserved_is_given_back()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        // Nothing listens at qa02.
        var build = await (
            await own.Console.Http.Post(
                "api/servers/qa02/builds",
                Body.ForBuild("shop", null, database: false, code: true)
            )
        ).Json();
        Assert.Equal(
            "anna",
            (await own.Console.Http.Json("api/servers/qa02")).GetProperty("reservation").Text("holder")
        );
        Assert.Equal("failed", (await own.Console.Http.Json($"api/builds/{build.Text("id")}?wait=20")).Text("state"));
        await Wait.Until(
            "the reservation is given back",
            async () => (await own.Console.Http.Json("api/servers/qa02")).Text("reservation") is null
        );
        var audit = await File.ReadAllTextAsync(Path.Combine(own.Console.Folder, "state", "audit.log"));
        Assert.Contains($"build {build.Text("id")} has touched nothing", audit, StringComparison.Ordinal);

        Assert.Contains(
            "cannot be reached since",
            (await own.Console.Http.Json("api/servers/qa02")).Text("unusable"),
            StringComparison.Ordinal
        );
        await (await own.Console.Http.Put("api/servers/qa02/reservation", new { purpose = "x", hours = 1 })).Problem(
            HttpStatusCode.Conflict
        );
        await (
            await own.Console.Http.Post(
                "api/servers/qa02/builds",
                Body.ForBuild("shop", null, database: false, code: true)
            )
        ).Problem(HttpStatusCode.Conflict);
        Assert.Equal(
            "qa01",
            (await (await own.Console.Http.Post("api/reservations", new { purpose = "any", hours = 1 })).Json()).Text(
                "server"
            )
        );
    }

    [Fact]
    public async Task What_a_person_has_reserved_or_changed_is_not_given_back()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        var ask = Body.ForBuild("shop", null, database: false, code: true);
        await own.Console.Http.Put("api/servers/qa02/reservation", new { purpose = "mine", hours = 1 });
        var first = await (await own.Console.Http.Post("api/servers/qa02/builds", ask)).Json();
        // On qa01 a build takes 5 s: time to make its reservation one's own.
        var second = await (await own.Console.Http.Post("api/servers/qa01/builds", ask)).Json();
        Assert.Equal(
            HttpStatusCode.OK,
            (await own.Console.Http.Put("api/servers/qa01/reservation", new { purpose = "mine, too" })).StatusCode
        );
        foreach (var build in new[] { first, second })
            Assert.Equal(
                "failed",
                (await own.Console.Http.Json($"api/builds/{build.Text("id")}?wait=20")).Text("state")
            );
        Assert.Equal(
            "mine",
            (await own.Console.Http.Json("api/servers/qa02")).GetProperty("reservation").Text("purpose")
        );
        Assert.Equal(
            "mine, too",
            (await own.Console.Http.Json("api/servers/qa01")).GetProperty("reservation").Text("purpose")
        );
    }

    [Theory]
    [InlineData("""{ "purpose": "x", "app": "none-such" }""", "shop")]
    [InlineData("""{ "purpose": "x", "host": "none-such" }""", "vmhost")]
    public async Task An_app_or_host_that_there_is_not_is_refused_by_its_name_at_once(string body, string known)
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var said = await (await own.Console.Http.PostAsync("api/reservations?wait=20", content)).Problem(
            HttpStatusCode.NotFound
        );
        Assert.Contains("none-such", said, StringComparison.Ordinal);
        Assert.Contains(known, said, StringComparison.Ordinal);
    }
}
