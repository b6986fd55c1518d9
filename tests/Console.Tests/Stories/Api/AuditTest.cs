using System.Net.Http.Headers;

namespace TestServers.Tests.Stories.Api;

/// <summary>Who did what: for administrators of everybody, for others of themselves; in three forms, page by
/// page.</summary>
public sealed class AuditTest : IAsyncLifetime, IAsyncDisposable
{
    private static readonly object Hold = new { purpose = "basket, \"test\"", hours = 1 };
    private readonly ConsoleProcess _console = new();

    public async Task InitializeAsync()
    {
        WriteSettings();
        await _console.StartWithServers();
        using var anna = _console.ClientFor("anna");
        using var ben = _console.ClientFor("ben");
        anna.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.7");
        var made = await (await anna.Post("api/tokens", new { name = "=cmd", scope = new[] { "reserve" } })).Json();
        await anna.Put("api/servers/qa01/reservation", Hold);
        await anna.DeleteAsync("api/servers/qa01/reservation");
        await ben.Put("api/servers/qa02/reservation", Hold);
        await ben.Put("api/servers/qa02/reservation", new { hours = 2 });
        using var token = _console.ClientFor(null);
        token.DefaultRequestHeaders.Remove("X-Remote-User");
        token.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Text("secret"));
        await token.Post("api/servers/qa02/reservation/takeover", new { reason = "I need it" });
    }

    private void WriteSettings(string more = "") =>
        _console.WriteSettings(
            more: $$"""
            , "roles": [ { "role": "administrator", "users": ["carla"] },
                { "role": "viewer", "users": ["vera"] } ]{{more}}
            """
        );

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task An_administrator_sees_all_of_it_and_everybody_else_what_they_did()
    {
        Assert.Equal(
            [
                "anna take over qa02",
                "ben change reservation qa02",
                "ben reserve qa02",
                "anna release qa01",
                "anna reserve qa01",
                "anna make token =cmd",
            ],
            await Facts("carla", "")
        );
        Assert.Equal(["ben change reservation qa02", "ben reserve qa02"], await Facts("ben", ""));
        Assert.Empty(await Facts("ben", "?actor=anna"));
        Assert.Empty(await Facts("dora", ""));
        using var carla = _console.ClientFor("carla");
        var taken = (await carla.Json("api/audit?limit=1")).GetProperty("facts")[0];
        Assert.Equal(("token", "=cmd"), (taken.Text("kind"), taken.Text("token")));
        Assert.Contains("from ben (number 2): I need it", taken.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(
            "198.51.100.7",
            (await carla.Json("api/audit?action=release")).GetProperty("facts")[0].Text("address")
        );
        // A token of an administrator is none.
        var own = await (await carla.Post("api/tokens", new { name = "export" })).Json();
        using var token = _console.ClientFor(null);
        token.DefaultRequestHeaders.Remove("X-Remote-User");
        token.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", own.Text("secret"));
        Assert.Equal(1, (await token.Json("api/audit")).GetProperty("facts").GetArrayLength());
    }

    [Fact]
    public async Task It_is_narrowed_by_who_where_what_and_when()
    {
        Assert.Equal(3, (await Facts("carla", "?server=qa02")).Count);
        Assert.Equal(["ben reserve qa02"], await Facts("carla", "?server=qa02&action=reserve"));
        Assert.Equal(4, (await Facts("carla", "?actor=anna")).Count);
        var now = Uri.EscapeDataString($"{DateTimeOffset.UtcNow.AddSeconds(1):yyyy-MM-ddTHH:mm:ss.fffZ}");
        Assert.Equal(6, (await Facts("carla", $"?to={now}")).Count);
        Assert.Empty(await Facts("carla", $"?from={now}"));
        using var carla = _console.ClientFor("carla");
        foreach (var wrong in new[] { "limit=0", "limit=1001", "before=-1", "format=xml", "from=yesterday", "x=1" })
            await (await carla.GetAsync($"api/audit?{wrong}")).Problem(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Its_pages_follow_one_another_without_loss_or_doubling()
    {
        using var carla = _console.ClientFor("carla");
        var (all, seen) = (await Facts("carla", ""), new List<string>());
        for (string? path = "/console/api/audit?limit=1"; path is not null; )
        {
            var answer = await carla.GetAsync(path);
            seen.AddRange(Names(await answer.Json()));
            path = answer.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
            Assert.True(seen.Count <= all.Count);
        }
        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task It_comes_as_lines_of_JSON_and_as_CSV_that_no_spreadsheet_runs()
    {
        using var carla = _console.ClientFor("carla");
        async Task<string> As(string query, string? accept = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "api/audit" + query);
            if (accept is not null)
                request.Headers.Add("Accept", accept);
            using var answer = await carla.SendAsync(request);
            return $"{answer.Content.Headers.ContentType!.MediaType}\n{await answer.Content.ReadAsStringAsync()}";
        }
        var lines = (await As("?format=jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("application/jsonl", lines[0]);
        Assert.Equal(6, lines[1..].Select(l => JsonDocument.Parse(l).RootElement.Text("actor")).Count());
        foreach (var accept in new[] { "application/jsonl", "application/x-ndjson" })
            Assert.Equal(string.Join('\n', lines) + "\n", await As("", accept));
        var table = await As("?format=csv");
        Assert.StartsWith("text/csv\nat,actor,kind,token,address,action,target,outcome,detail\r\n", table);
        Assert.Contains(",anna,user,,198.51.100.7,make token,'=cmd,done,", table, StringComparison.Ordinal);
        Assert.Contains("UTC: basket, \"\"test\"\"\"\r\n", table, StringComparison.Ordinal);
        Assert.Equal(table, await As("", "text/csv"));
    }

    [Fact]
    public async Task What_came_of_a_build_is_told_as_it_is_by_now()
    {
        await using var own = new ConsoleWithApp(connectSeconds: 30);
        await own.Console.StartWithServers();
        using var anna = own.Console.ClientFor("anna");
        var ask = new
        {
            app = "shop",
            path = "trunk",
            database = false,
            code = true,
        };
        var id = (await (await anna.Post("api/servers/qa01/builds", ask)).Json()).Text("id");
        async Task<string?> Outcome(string action) =>
            (await anna.Json($"api/audit?action={action}")).GetProperty("facts")[0].Text("outcome");
        await Wait.Until("it runs", async () => await Outcome("build") == "running");
        await anna.Post($"api/builds/{id}/cancel", new { });
        Assert.Equal("cancelled", await Outcome("build"));
        Assert.Equal("done", await Outcome("reserve"));
    }

    [Fact]
    public async Task A_line_that_somebody_has_spoilt_hides_no_other()
    {
        var log = Path.Combine(_console.Folder, "state", "audit.log");
        await File.AppendAllTextAsync(log, "{ this is none\n\n" + new string('x', 200_000) + "\n");
        Assert.Equal(6, (await Facts("carla", "")).Count);
        using var ben = _console.ClientFor("ben");
        await ben.Put("api/servers/qa01/reservation", Hold);
        Assert.Equal("ben reserve qa01", (await Facts("carla", ""))[0]);
        Assert.Equal(7, (await Facts("carla", "")).Count);
    }

    [Fact]
    public async Task What_was_refused_is_in_it_a_moment_later_and_not_more_of_it_than_a_person_has_a_minute()
    {
        using var ben = _console.ClientFor("ben");
        using var vera = _console.ClientFor("vera");
        ben.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.9");
        var own = await (await ben.Post("api/tokens", new { name = "reader", scope = new[] { "read" } })).Json();
        var why = await (await ben.DeleteAsync("api/servers/qa02/reservation")).Problem(HttpStatusCode.Conflict);
        await (await vera.Put("api/servers/qa01/reservation", Hold)).Problem(HttpStatusCode.Forbidden);
        await (await vera.Post("api/bases/shop/restore", new { })).Problem(HttpStatusCode.Forbidden);
        using (var token = _console.ClientFor(null))
        {
            token.DefaultRequestHeaders.Remove("X-Remote-User");
            token.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", own.Text("secret"));
            await (await token.Post("api/servers/qa02/reservation/takeover", new { })).Problem(
                HttpStatusCode.Forbidden
            );
            token.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "none");
            await (await token.Put("api/servers/qa01/reservation", Hold)).Problem(HttpStatusCode.Unauthorized);
        }
        // What is not understood, what is not there, and a look.
        await (await ben.Put("api/servers/qa01/reservation", new { hours = -1 })).Problem(HttpStatusCode.BadRequest);
        await (await ben.Put("api/servers/qa99/reservation", Hold)).Problem(HttpStatusCode.NotFound);
        await (await ben.GetAsync("api/people/tokens")).Problem(HttpStatusCode.Forbidden);

        string[] refused = ["ben take over qa02", "vera restore shop", "vera reserve qa01", "ben release qa02"];
        await Wait.Until("it is there", async () => (await Facts("carla", "?outcome=refused")).Count == 4);
        Assert.Equal(refused, await Facts("carla", "?outcome=refused"));
        Assert.Equal(["ben release qa02"], await Facts("ben", "?outcome=refused&action=release"));
        Assert.Equal(7, (await Facts("carla", "?outcome=done")).Count);
        var told = (await ben.Json("api/audit?outcome=failed,refused")).GetProperty("facts")[0];
        Assert.Equal(("token", "reader"), (told.Text("kind"), told.Text("token")));
        told = (await ben.Json("api/audit?outcome=refused")).GetProperty("facts")[1];
        Assert.Equal(
            ("198.51.100.9", why, "refused"),
            (told.Text("address"), told.Text("detail"), told.Text("outcome"))
        );

        foreach (var _ in Enumerable.Range(0, 20))
            await vera.Put("api/servers/qa01/reservation", Hold);
        Shell.Run($"kill -TERM {_console.Id}");
        await Wait.Until("it has ended", () => _console.HasExited);
        await _console.StartWithServers();
        var veras = await Facts("vera", "?outcome=refused");
        Assert.Equal("vera try 12 more", veras[0]);
        Assert.Equal(11, veras.Count);
        var metrics = await _console.Http.GetStringAsync("metrics");
        Assert.Contains("console_reservation_changes_total{what=\"taken_over\"} 0", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_kept_by_size_and_age_and_a_place_stays_the_same_or_is_told_to_be_gone()
    {
        using var carla = _console.ClientFor("carla");
        var log = Path.Combine(_console.Folder, "state", "audit.log");
        var line = (await File.ReadAllLinesAsync(log))[1];
        var old = line.Replace(
            JsonDocument.Parse(line).RootElement.Text("at")!,
            $"{DateTimeOffset.UtcNow.AddDays(-2):yyyy-MM-ddTHH:mm:ssZ}",
            StringComparison.Ordinal
        );
        Assert.NotEqual(line, old);
        await _console.Kill();
        await File.WriteAllTextAsync(log, string.Concat(Enumerable.Repeat(old + "\n", 900)));
        WriteSettings(""", "audit": { "days": 10, "megabytes": 1 }""");
        await _console.StartWithServers();
        // A part has a tenth: this one has ended.
        await Wait.Until("the part has ended", () => !File.Exists(log));
        var whole = await carla.Json("api/audit?limit=1000");
        Assert.Equal((900, false), (Names(whole).Count, whole.GetProperty("isCut").GetBoolean()));
        var place = (await carla.Json("api/audit?limit=600")).GetProperty("next").GetInt64();
        using var ben = _console.ClientFor("ben");
        await ben.Put("api/servers/qa01/reservation", Hold);
        Assert.Equal(300, (await Facts("carla", $"?limit=1000&before={place}")).Count);
        Assert.Equal(["ben reserve qa01", "anna reserve qa01"], await Facts("carla", "?limit=2"));

        WriteSettings(""", "audit": { "days": 1, "megabytes": 1 }""");
        Shell.Run($"kill -HUP {_console.Id}");
        await Wait.Until("it is too old", async () => (await Facts("carla", "?limit=1000")).Count < 900);
        var gone = await (await carla.GetAsync($"api/audit?before={place}")).Problem(HttpStatusCode.Gone);
        Assert.Contains("no longer has what was done before this place", gone, StringComparison.Ordinal);
        var left = await carla.Json("api/audit");
        Assert.True(left.GetProperty("isCut").GetBoolean());
        Assert.Equal(["console read settings", "ben reserve qa01"], Names(left).Select(n => n.Split(" /")[0]));
        // Places go on behind what was removed, also after a start.
        var last = (await carla.Json("api/audit?limit=1")).GetProperty("next").GetInt64();
        Assert.True(last > place);
        await _console.Kill();
        await _console.StartWithServers();
        Assert.Equal(last, (await carla.Json("api/audit?limit=1")).GetProperty("next").GetInt64());
    }

    private async Task<List<string>> Facts(string who, string query)
    {
        using var client = _console.ClientFor(who);
        return Names(await client.Json("api/audit" + query));
    }

    private static List<string> Names(JsonElement page) =>
        [
            .. page.GetProperty("facts")
                .EnumerateArray()
                .Select(f => $"{f.Text("actor")} {f.Text("action")} {f.Text("target")}"),
        ];
}
