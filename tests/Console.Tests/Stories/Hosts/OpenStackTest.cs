using Microsoft.Extensions.Time.Testing;
using TestServers.Hosts.OpenStack;

namespace TestServers.Tests.Stories.Hosts;

/// <summary>A project of OpenStack, asked by HTTP, whatever answers there.</summary>
public sealed class OpenStackTest : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly OpenStackHosts _hosts;
    private CloudStandIn _cloud = null!;

    public OpenStackTest() => _hosts = new(_clock);

    public async Task InitializeAsync()
    {
        _cloud = await CloudStandIn.Start();
        _cloud.Now = _clock.GetUtcNow;
        File.WriteAllText(_folder["secret"], "sesame\n");
    }

    public async Task DisposeAsync() => await _cloud.DisposeAsync();

    public void Dispose()
    {
        _hosts.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ACTIVE", null, "running", "running")]
    [InlineData("ACTIVE", "powering-off", "in shutdown", "in shutdown")]
    [InlineData("ACTIVE", "rebooting", "running", "running")]
    [InlineData("MIGRATING", "migrating", "running", "running (MIGRATING)")]
    [InlineData("SHUTOFF", null, "shut off", "shut off")]
    [InlineData("SHELVED_OFFLOADED", null, "shut off", "shut off (SHELVED_OFFLOADED)")]
    [InlineData("PAUSED", null, "paused", "paused")]
    [InlineData("SUSPENDED", null, "pmsuspended", "pmsuspended (SUSPENDED)")]
    [InlineData("ERROR", null, "crashed", "crashed (ERROR)")]
    [InlineData("BUILD", "spawning", "no state", "in the state BUILD")]
    [InlineData("HARD_REBOOT", null, "no state", "in the state HARD_REBOOT")]
    [InlineData("RESCUE", null, "no state", "in the state RESCUE")]
    [InlineData("SOMETHING_NEW", null, "no state", "in the state SOMETHING_NEW")]
    [InlineData("<script>", null, "no state", "in the state UNKNOWN")]
    public async Task A_status_has_a_word_of_the_console_s_and_is_shown_as_it_is(
        string status,
        string? task,
        string state,
        string says
    )
    {
        _cloud.Add(new("qa01", status) { Task = task });
        var server = Assert.Single(await Servers());
        Assert.Equal(state, server.State);
        Assert.Equal(says, server.Says);
    }

    [Fact]
    public async Task What_has_changed_is_asked_between_whole_lists()
    {
        _cloud.Add(new("qa01", "ACTIVE"));
        _cloud.Add(new("qa02", "ACTIVE") { Updated = _clock.GetUtcNow().AddDays(-1) });
        Assert.Equal(["qa01 running", "qa02 running"], await Said());
        Assert.Equal((1, 1, 0), _cloud.Count);
        _clock.Advance(TimeSpan.FromSeconds(2));
        _cloud.Change("qa02", s => s with { Status = "PAUSED" });
        _cloud.Add(new("qa03", "BUILD") { Updated = _clock.GetUtcNow() });
        Assert.Equal(["qa01 running", "qa02 paused", "qa03 no state"], await Said());
        _clock.Advance(TimeSpan.FromSeconds(2));
        _cloud.Change("qa01", s => s with { Status = "DELETED" });
        Assert.Equal(["qa02 paused", "qa03 no state"], await Said());
        Assert.Equal((1, 1, 2), _cloud.Count);
        Assert.Contains(
            _cloud.Calls,
            c =>
                c.Contains(
                    "changes-since=" + $"{_clock.GetUtcNow().AddSeconds(-62):yyyy-MM-dd}T",
                    StringComparison.Ordinal
                )
        );
        // What Nova does not call a change is seen with the next whole list.
        var hidden = _cloud.Servers.Values.Single(s => s.Name == "qa03");
        _cloud.Servers.TryRemove(hidden.Id, out _);
        Assert.Equal(["qa02 paused", "qa03 no state"], await Said());
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["qa02 paused"], await Said());
        Assert.Equal((1, 2, 3), _cloud.Count);
    }

    [Fact]
    public async Task A_list_of_many_pages_is_read_to_its_end_and_its_links_are_not_followed()
    {
        _cloud.PageSize = 7;
        for (var number = 1; number <= 40; number++)
            _cloud.Add(new($"qa{number:00}", "ACTIVE"));
        Assert.Equal(40, (await Servers()).Count);
        Assert.Equal((1, 6, 0), _cloud.Count);
        // More has changed than is told at once: all is asked.
        _clock.Advance(TimeSpan.FromSeconds(2));
        foreach (var name in _cloud.Servers.Values.Select(s => s.Name).ToList())
            _cloud.Change(name, s => s with { Status = "SHUTOFF" });
        Assert.All(await Servers(), s => Assert.Equal("shut off", s.State));
    }

    [Theory]
    [InlineData("again")]
    [InlineData("more")]
    [InlineData("big")]
    public async Task A_list_without_an_end_is_given_up(string how)
    {
        var number = 0;
        _cloud.Trouble = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("detail", StringComparison.Ordinal))
                return false;
            var servers = Enumerable
                .Range(0, 1000)
                .Select(n =>
                    $$"""{ "id": "{{(how == "again" ? n : number++)}}", "name": "qa{{n}}", "status": "ACTIVE" }"""
                );
            var text = $$"""{ "servers": [ {{string.Join(", ", servers)}} ] }""";
            await CloudStandIn.Say(context, 200, how == "big" ? new string(' ', 40 << 20) : text);
            return true;
        };
        var problem = (await List()).Problem;
        Assert.StartsWith(
            how switch
            {
                "again" => "Nova's list has no end: it gives the same page again.",
                "more" => "Nova's list has no end: more than ",
                _ => $"Nova at {_cloud.Url}/compute answers more than 32 MB, which no such answer has.",
            },
            problem,
            StringComparison.Ordinal
        );
        Assert.True(_cloud.Calls.Count < 15);
    }

    [Theory]
    [InlineData("", "something that is no JSON: without a word")]
    [InlineData("<html>Sign in</html>", "something that is no JSON: <html>Sign in</html>")]
    [InlineData("{ \"servers\": [ { \"id\":", "something that is no JSON: ")]
    [InlineData("[]", "something that is no list of servers.")]
    [InlineData("null", "something that is no list of servers.")]
    [InlineData("{ \"servers\": { } }", "something that is no list of servers.")]
    public async Task What_is_no_list_is_told(string body, string said)
    {
        _cloud.Trouble = Nova(200, body);
        var answer = await List();
        Assert.Null(answer.Listing);
        Assert.StartsWith($"Nova at {_cloud.Url}/compute answers {said}", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_odd_server_hides_no_other()
    {
        _cloud.Trouble = Nova(
            200,
            """
            { "servers": [ 7, null, { "id": "../x", "name": "qa01" }, { "id": "1", "name": 7 , "status": 9 },
              { "id": "2", "name": "qa02", "status": "ACTIVE", "metadata": [ 1 ],
                "addresses": { "net": [ { "addr": "x" } ] } },
              { "id": "3", "name": "qa\ud800", "status": "ACTIVE" } ] }
            """
        );
        // One whose name is not known might be anybody's.
        Assert.StartsWith(
            "Nova does not tell the names of 2 of its 3 servers",
            (await List()).Problem,
            StringComparison.Ordinal
        );
        _cloud.Trouble = Nova(
            200,
            """
            { "servers": [ 7, { "id": "../x", "name": "qa01" },
              { "id": "2", "name": "qa02", "status": "ACTIVE", "metadata": [ 1 ],
                "addresses": { "net": [ { "addr": "x" } ] } },
              { "id": "4", "name": "qa 04", "status": "ACTIVE" } ] }
            """
        );
        var found = Found.Of(Host(), PatternRule.Make("^qa"), (await List()).Listing!);
        Assert.Equal("qa02", Assert.Single(found.Servers).Name.Text);
        Assert.Equal(["qa 04", "qa01"], found.LeftOut.Keys);
        Assert.StartsWith(
            "The server `qa01` is left out: Nova gives it no id",
            found.LeftOut["qa01"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_cell_that_is_down_makes_no_server_gone()
    {
        _cloud.Add(new("qa01", "ACTIVE"));
        Assert.Equal(["qa01 running"], await Said());
        _cloud.Change("qa01", s => s with { IsOutOfSight = true });
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(["qa01 no state"], await Said());
        using var anew = new OpenStackHosts(_clock);
        var answer = await anew.List(Host(), default);
        Assert.StartsWith(
            "Nova does not tell the names of 1 of its 1 servers",
            answer.Problem,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_token_is_kept_renewed_before_its_end_and_replaced_when_it_is_not_taken()
    {
        _cloud.Add(new("qa01", "ACTIVE"));
        for (var time = 0; time < 5; time++)
            await Said();
        Assert.Equal(1, _cloud.Count.SignedIn);
        _clock.Advance(TimeSpan.FromMinutes(54));
        await Said();
        Assert.Equal(1, _cloud.Count.SignedIn);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await Said();
        Assert.Equal(2, _cloud.Count.SignedIn);
        _cloud.EndTokens();
        Assert.Equal(["qa01 running"], await Said());
        Assert.Equal(3, _cloud.Count.SignedIn);
        // Of one that holds for two minutes, the last third is not used.
        _cloud.TokenLife = TimeSpan.FromMinutes(2);
        _cloud.EndTokens();
        await Said();
        _clock.Advance(TimeSpan.FromSeconds(70));
        await Said();
        Assert.Equal(4, _cloud.Count.SignedIn);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await Said();
        Assert.Equal(5, _cloud.Count.SignedIn);
    }

    [Fact]
    public async Task A_wrong_secret_is_told_without_it_tried_seldom_and_read_again_when_it_was_corrected()
    {
        _cloud.Add(new("qa01", "ACTIVE"));
        _cloud.Secret = "another";
        var answer = await List();
        Assert.Equal(
            $"Keystone at {_cloud.Url}/v3 refuses the application credential (HTTP 401): its secret in "
                + $"{_folder["secret"]} is wrong, or it has ended or was removed. Make a new one: openstack "
                + "application credential create --role reader NAME.",
            answer.Problem
        );
        Assert.Equal(TimeSpan.FromMinutes(1), answer.Pause);
        // Whoever asks meanwhile is told the same, and nobody signs in: too often locks a user out.
        for (var time = 0; time < 3; time++)
            Assert.Equal(answer.Problem, (await List()).Problem);
        Assert.Equal(1, _cloud.Count.SignedIn);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(answer.Problem, (await List()).Problem);
        Assert.Equal(2, _cloud.Count.SignedIn);
        File.WriteAllText(_folder["secret"], "another\n");
        Assert.Equal(["qa01 running"], await Said());
        var host = Host();
        File.Delete(_folder["secret"]);
        _cloud.EndTokens();
        Assert.Contains("names a file; there is no", (await List(host)).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, "7", 7)]
    [InlineData(503, "40", 40)]
    [InlineData(429, null, 5)]
    [InlineData(503, "0", 1)]
    [InlineData(429, "86400", 300)]
    [InlineData(429, "-3", 5)]
    public async Task A_cloud_that_wants_to_be_left_alone_is(int status, string? after, int seconds)
    {
        _cloud.Add(new("qa01", "ACTIVE"));
        await Said();
        _cloud.Trouble = async context =>
        {
            if (after is not null)
                context.Response.Headers.RetryAfter = after;
            await CloudStandIn.Say(context, status, "");
            return true;
        };
        var answer = await List();
        Assert.Equal(TimeSpan.FromSeconds(seconds), answer.Pause);
        Assert.Contains(
            $"(HTTP {status}), and is left alone for {seconds} s.",
            answer.Problem,
            StringComparison.Ordinal
        );
        _cloud.Trouble = null;
        var calls = _cloud.Calls.Count;
        // Also after a reload, which asks at once, and for power.
        Assert.Equal(answer.Problem, (await List()).Problem);
        Assert.Equal(answer.Problem, await _hosts.Switch(Host(), Name("qa01"), PowerAction.Reset, default));
        Assert.Equal(calls, _cloud.Calls.Count);
        _clock.Advance(TimeSpan.FromSeconds(seconds + 0.1));
        Assert.Equal(["qa01 running"], await Said());
    }

    [Fact]
    public async Task One_that_does_not_answer_is_given_up_and_asked_less_and_less_often()
    {
        var asked = new SemaphoreSlim(0);
        _cloud.Trouble = async context =>
        {
            asked.Release();
            // It begins an answer that has no end.
            await context.Response.WriteAsync("{ ");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
            return true;
        };
        var pauses = new List<double>();
        for (var time = 0; time < 7; time++)
        {
            var list = List();
            await asked.WaitAsync();
            _clock.Advance(Project.Limit);
            var answer = await list;
            Assert.StartsWith("The cloud did not answer within 15 s.", answer.Problem, StringComparison.Ordinal);
            pauses.Add(answer.Pause!.Value.TotalSeconds);
        }
        Assert.Equal([1.5, 3, 6, 12, 24, 30, 30], pauses);
    }

    [Theory]
    [InlineData(400, "answers HTTP 400: It is odd.")]
    [InlineData(403, "it needs the role reader, and to switch power member, too.")]
    [InlineData(404, "Look at the address of Nova in Keystone's catalog.")]
    [InlineData(406, "an OpenStack from Stein (2019) on is needed.")]
    [InlineData(500, "answers HTTP 500: It is odd.")]
    [InlineData(302, "sends callers elsewhere (HTTP 302)")]
    public async Task A_refusal_is_told_with_what_to_do(int status, string said)
    {
        _cloud.Trouble = Nova(status, $$"""{ "fault": { "code": {{status}}, "message": "It\nis odd." } }""");
        Assert.Contains(said, (await List()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nova_that_takes_no_token_is_told_and_not_asked_for_ever()
    {
        _cloud.Trouble = Nova(401, "");
        Assert.Contains("It does not take the token", (await List()).Problem, StringComparison.Ordinal);
        Assert.Equal((2, 2, 0), _cloud.Count);
    }

    [Fact]
    public async Task A_catalog_in_which_Nova_is_not_as_the_settings_say_is_told()
    {
        _cloud.Endpoints = [_cloud.Endpoint("internal", "RegionOne")];
        Assert.Contains(
            "has no public address of Nova (compute); it has internal in RegionOne.",
            (await List()).Problem,
            StringComparison.Ordinal
        );
        _cloud.Endpoints = [];
        Assert.Contains("Nova is not in it", (await List()).Problem, StringComparison.Ordinal);
        _cloud.Endpoints =
        [
            _cloud.Endpoint("public", "RegionOne"),
            _cloud.Endpoint("public", "RegionTwo", "http://192.0.2.1/compute"),
        ];
        Assert.Contains(
            "has Nova in several regions: RegionOne, RegionTwo. Name one",
            (await List()).Problem,
            StringComparison.Ordinal
        );
        Assert.Empty((await List(Host(s => s with { RegionName = "RegionOne" }))).Listing!.Servers);
        _cloud.Endpoints = [_cloud.Endpoint("public", "RegionOne", "file:///etc/passwd")];
        Assert.Contains("no http or https address", (await List()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_TLS_the_certificate_is_looked_at_and_no_token_leaves_it()
    {
        await using var cloud = await CloudStandIn.Start(tls: true);
        OpenStackSettings Of(OpenStackSettings s) => s with { AuthUrl = cloud.Url };
        Assert.Equal(
            $"The TLS certificate of Keystone at {cloud.Url}/v3 is not taken: nobody who is trusted here has signed "
                + "it. Name the CA's certificate by `cacert`.",
            (await List(Host(Of))).Problem
        );
        File.WriteAllText(_folder["ca.pem"], "no certificate\n");
        var withCa = Host(s => Of(s) with { Cacert = _folder["ca.pem"] });
        Assert.Contains("has no certificate in it", (await List(withCa)).Problem, StringComparison.Ordinal);
        // It is read again, as the settings are not.
        File.WriteAllText(_folder["ca.pem"], cloud.Certificate!.ExportCertificatePem());
        Assert.Empty((await List(withCa)).Listing!.Servers);
        Assert.Empty((await List(Host(s => Of(s) with { Verify = false }))).Listing!.Servers);
        var byName = Host(s =>
            Of(s) with
            {
                AuthUrl = cloud.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
                Cacert = _folder["ca.pem"],
            }
        );
        Assert.Contains("it is another machine's.", (await List(byName)).Problem, StringComparison.Ordinal);
        cloud.Endpoints = [cloud.Endpoint("public", "RegionOne", $"{_cloud.Url}/compute")];
        Assert.Contains(
            "without TLS: a token is not sent there",
            (await List(Host(s => Of(s) with { Cacert = _folder["ca.pem"], RegionName = "RegionOne" }))).Problem,
            StringComparison.Ordinal
        );
        Assert.Empty(_cloud.Calls);
    }

    [Fact]
    public async Task Nobody_there_is_told()
    {
        var answer = await List(Host(s => s with { AuthUrl = "http://127.0.0.1:1/v3" }));
        Assert.StartsWith(
            "Keystone at http://127.0.0.1:1/v3 cannot be reached: ",
            answer.Problem,
            StringComparison.Ordinal
        );
        Assert.EndsWith(".", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_are_those_with_the_metadata_and_their_addresses_those_of_the_network_or_the_metadata()
    {
        Dictionary<string, string> Role(string role, string? address = null)
        {
            var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["role"] = role };
            if (address is not null)
                all["address"] = address;
            return all;
        }
        _cloud.Add(
            new("qa01", "ACTIVE")
            {
                Metadata = Role("qa", "qa01.example"),
                Addresses = ["test fd00::1", "test 10.0.0.1", "test 192.0.2.1 floating", "other 10.9.9.9"],
            }
        );
        _cloud.Add(new("qa02", "ACTIVE") { Metadata = Role("qa"), Addresses = ["test fd00::2", "test 10.0.0.2"] });
        _cloud.Add(new("qa03", "ACTIVE") { Metadata = Role("qa", "a b"), Addresses = ["other 10.9.9.9"] });
        _cloud.Add(new("qa04", "ACTIVE") { Metadata = Role("web") });
        _cloud.Add(new("qa05", "ACTIVE") { Metadata = Role("qa") });
        _cloud.Add(new("qa05", "ACTIVE") { Metadata = Role("qa") });
        OpenStackSettings OfRole(OpenStackSettings s) => s with { Metadata = Role("qa") };
        var byNetwork = await Look(s => OfRole(s) with { AddressNetwork = "test" });
        Assert.Equal(["qa01 192.0.2.1", "qa02 10.0.0.2"], byNetwork.Servers.Select(s => $"{s.Name} {s.Address}"));
        Assert.Equal(5, byNetwork.Domains.Count);
        Assert.Equal(
            "The server `qa03` is left out: it has no address in the network `test`, which `addressNetwork` names.",
            byNetwork.LeftOut["qa03"]
        );
        Assert.Contains(
            "2 servers of the project have this name.",
            byNetwork.LeftOut["qa05"],
            StringComparison.Ordinal
        );
        var byMetadata = await Look(s => OfRole(s) with { AddressMetadata = "address" });
        Assert.Equal(["qa01 qa01.example"], byMetadata.Servers.Select(s => $"{s.Name} {s.Address}"));
        Assert.Contains("its metadata have no `address`", byMetadata.LeftOut["qa02"], StringComparison.Ordinal);
        Assert.Contains(
            "`a b` as `address`, which is no host name",
            byMetadata.LeftOut["qa03"],
            StringComparison.Ordinal
        );
        var byPattern = await Look(OfRole);
        Assert.Equal(["10.1.0.1", "10.1.0.2", "10.1.0.3"], byPattern.Servers.Select(s => s.Address));
        // Three ways to look at it, by one picture and one token.
        Assert.Equal(1, _cloud.Count.SignedIn);
    }

    [Theory]
    [InlineData("SHUTOFF", PowerAction.Start, """qa01 {"os-start":null}""")]
    [InlineData("SHELVED_OFFLOADED", PowerAction.Start, """qa01 {"unshelve":null}""")]
    [InlineData("ERROR", PowerAction.Start, """qa01 {"reboot":{"type":"HARD"}}""")]
    [InlineData("ACTIVE", PowerAction.Shutdown, """qa01 {"os-stop":null}""")]
    [InlineData("ACTIVE", PowerAction.Reset, """qa01 {"reboot":{"type":"HARD"}}""")]
    [InlineData("PAUSED", PowerAction.Reset, """qa01 {"reboot":{"type":"HARD"}}""")]
    [InlineData("ACTIVE", PowerAction.Start, null)]
    [InlineData("SHUTOFF", PowerAction.Shutdown, null)]
    public async Task Power_is_switched_as_the_status_of_now_wants_it(string status, PowerAction action, string? asked)
    {
        _cloud.Add(new("qa01", "BUILD"));
        await Said();
        _cloud.Change("qa01", s => s with { Status = status });
        _cloud.EndTokens();
        Assert.Null(await _hosts.Switch(Host(), Name("qa01"), action, default));
        Assert.Equal(asked is null ? [] : [asked], _cloud.Actions);
    }

    [Fact]
    public async Task What_power_cannot_do_is_told_and_another_credential_may_be_for_it()
    {
        _cloud.Add(new("qa01", "ACTIVE"));
        _cloud.Add(new("qa02", "ACTIVE"));
        _cloud.Add(new("qa02", "ACTIVE"));
        Assert.StartsWith("Nova shows no server qa01", await Switch("qa01"), StringComparison.Ordinal);
        await List();
        Assert.StartsWith(
            "Several servers of the project are called qa02.",
            await Switch("qa02"),
            StringComparison.Ordinal
        );
        _cloud.Trouble = async context =>
        {
            if (
                context.Request.Method != "POST"
                || context.Request.Path.StartsWithSegments("/v3", StringComparison.Ordinal)
            )
                return false;
            await CloudStandIn.Say(context, 409, """{ "conflictingRequest": { "message": "It is locked." } }""");
            return true;
        };
        Assert.EndsWith("answers HTTP 409: It is locked.", await Switch("qa01"), StringComparison.Ordinal);
        _cloud.Trouble = null;
        File.WriteAllText(
            _folder["clouds.yaml"],
            $$"""
            x-common: &common
              auth_type: v3applicationcredential
              region_name: RegionOne
            clouds:
              reader:
                <<: *common
                auth:
                  auth_url: {{_cloud.Url}}/v3/
                  application_credential_id: a1
                  application_credential_secret: sesame
              member:
                <<: *common
                auth:
                  auth_url: {{_cloud.Url}}
                  application_credential_id: b2
                  application_credential_secret: sesame
            """
        );
        var host = Host(_ =>
            new()
            {
                CloudsFile = _folder["clouds.yaml"],
                Cloud = "reader",
                PowerCloud = "member",
            }
        );
        await _hosts.List(host, default);
        var before = _cloud.Count.SignedIn;
        Assert.Null(await _hosts.Switch(host, Name("qa01"), PowerAction.Reset, default));
        Assert.Equal(before + 1, _cloud.Count.SignedIn);
    }

    private async Task<string?> Switch(string server) =>
        await _hosts.Switch(Host(), Name(server), PowerAction.Reset, default);

    private static ServerName Name(string text) => ServerName.From(text)!;

    private HostSettings Host(Func<OpenStackSettings, OpenStackSettings>? change = null)
    {
        var settings = new OpenStackSettings
        {
            AuthUrl = _cloud.Url,
            ApplicationCredentialId = "a1b2",
            SecretFile = _folder["secret"],
        };
        settings = change?.Invoke(settings) ?? settings;
        settings.Check("hosts[0].openStack", hasPower: true);
        var host = new HostSettings("cloud", "^qa", Address: "10.1.0.{number}") { OpenStack = settings };
        return host.WithPlaces("hosts[0].openStack");
    }

    private Task<HostAnswer> List(HostSettings? host = null) => _hosts.List(host ?? Host(), default);

    private async Task<Found> Look(Func<OpenStackSettings, OpenStackSettings> change)
    {
        var host = Host(change);
        var answer = await List(host);
        Assert.Null(answer.Problem);
        return Found.Of(host, PatternRule.Make(host.Servers), answer.Listing!);
    }

    private async Task<IReadOnlyList<Server>> Servers() => (await Look(s => s)).Servers;

    private async Task<IEnumerable<string>> Said() => (await Servers()).Select(s => $"{s.Name} {s.State}");

    // To every call of Nova.
    private static Func<HttpContext, Task<bool>> Nova(int status, string body) =>
        async context =>
        {
            if (context.Request.Path.StartsWithSegments("/v3", StringComparison.Ordinal))
                return false;
            await CloudStandIn.Say(context, status, body);
            return true;
        };
}
