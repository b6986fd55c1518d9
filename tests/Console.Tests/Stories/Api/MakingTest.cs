namespace TestServers.Tests.Stories.Api;

/// <summary>
/// Servers that are made when somebody waits for any and none is free: by a stand-in for the cloud, and for ssh, behind
/// which a program answers once the test says so.
/// </summary>
public sealed class MakingTest : MakingStory
{
    private const string Make = """
        { "host": "cloud", "name": "shop-{number}", "image": "image-1", "flavor": "2", "network": "net-1",
          "keyPair": "admins", "userData": "user-data", "most": 2, "hours": 1, "minutes": 20 }
        """;
    private CloudStandIn _cloud = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _cloud = await CloudStandIn.Start();
        Settings();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _cloud.DisposeAsync();
    }

    [Fact]
    public async Task It_is_made_given_and_deleted_with_notice()
    {
        await Start();
        Assert.Equal(HttpStatusCode.Created, (await Wait(Anna)).StatusCode);
        await Until("it is on the board, as it is asked for", async () => await Unusable("shop-1") is not null);
        var asked = (await Asked(1)).Single();
        Assert.Equal(
            ("shop-1", "image-1", "2", "admins", """[{"uuid":"net-1"}]"""),
            (
                asked["name"]!.GetValue<string>(),
                asked["imageRef"]!.GetValue<string>(),
                asked["flavorRef"]!.GetValue<string>(),
                asked["key_name"]!.GetValue<string>(),
                asked["networks"]!.ToJsonString()
            )
        );
        Assert.Equal(
            "#cloud-config\n",
            System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(asked["user_data"]!.GetValue<string>()))
        );
        var made = Made("shop-1")!;
        Assert.Equal(
            ("qa", made["mark"]!.GetValue<string>()),
            (
                asked["metadata"]!["role"]!.GetValue<string>(),
                asked["metadata"]!["test-server-console"]!.GetValue<string>()
            )
        );
        await Says("shop-1", "Nova makes it (BUILD).");
        await Refused(Ben, "shop-1");
        _cloud.Change("shop-1", s => s with { Status = "ACTIVE" });
        await Says("shop-1", "its system starts, and its host program does not answer yet.");
        await Refused(Anna, "shop-1");

        GuestAnswers();
        await Until("it is held for her", async () => await Turn("shop-1") == "anna");
        await Until("she is told", async () => (await Messages(Anna)).Any(m => m.Text("kind") == "yourTurn"));
        Assert.Equal(HttpStatusCode.Created, (await Anna.Put("api/servers/shop-1/reservation", new { })).StatusCode);
        Assert.Single(_cloud.Asked);
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.002);
        await Anna.DeleteAsync("api/servers/shop-1/reservation");
        await Until("it is told", async () => (await Messages(Anna)).Any(m => m.Text("kind") == "serverGoes"));
        Assert.NotNull(await Goes("shop-1"));
        Assert.Equal(
            HttpStatusCode.Created,
            (await Anna.Put("api/servers/shop-1/reservation", new { purpose = "again" })).StatusCode
        );
        await Until("it stays", async () => await Goes("shop-1") is null);
        Assert.Empty(_cloud.Deleted);
        await Anna.DeleteAsync("api/servers/shop-1/reservation");
        await Until("it is gone", () => Made("shop-1") is null);
        await Gone("shop-1");
        Assert.Equal(["shop-1"], _cloud.Deleted);
        Assert.Empty(_cloud.Standing);
        Assert.Equal(["make server", "server made", "delete server", "server deleted"], await Audit("shop-1"));
        // No name is used twice.
        await Wait(Ben);
        Assert.Equal("shop-2", (await Asked(2))[^1]["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Not_more_than_wait_and_not_more_than_may_be()
    {
        GuestAnswers();
        await Start();
        // Of another app, of libvirt, and who only watches.
        await Anna.Post("api/line", new { purpose = "x", app = "desk" });
        await Anna.Post(
            "api/line",
            new
            {
                purpose = "x",
                app = "shop",
                host = "vmhost",
            }
        );
        await Anna.Post("api/line", new { purpose = "x" });
        await Anna.Post("api/line", new { app = "shop", watch = true });
        await Wait(Anna);
        await Asked(1);
        await Wait(Ben);
        await Asked(2);
        await Wait(Carla);
        foreach (var name in new[] { "shop-1", "shop-2" })
            _cloud.Change(name, s => s with { Status = "ACTIVE" });
        await Until("both are given", async () => await Turn("shop-1") is not null && await Turn("shop-2") is not null);
        Assert.Equal(2, _cloud.Asked.Count);
        var turns = new[] { await Turn("shop-1"), await Turn("shop-2") };
        Assert.Equal(["anna", "anna"], turns.Order());
    }

    public static TheoryData<string, string> Faults =>
        new()
        {
            { "quota", "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances." },
            { "conflict", "Port is in use." },
            { "error", "Nova says: No valid host was found. There are not enough hosts available." },
            { "late", "It could not be used within 0.05 minutes: Nova has it in the status BUILD." },
            { "silent", "It could not be used within 0.05 minutes:" },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_goes_wrong_is_told_and_leaves_nothing(string fault, string sentence)
    {
        if (fault == "quota")
            _cloud.Refusal = (
                403,
                """
                { "forbidden": { "code": 403,
                  "message": "Quota exceeded for instances: Requested 1, but already used 10 of 10 instances" } }
                """
            );
        if (fault == "conflict")
            _cloud.Refusal = (409, """{ "conflictingRequest": { "code": 409, "message": "Port is in use" } }""");
        if (fault is "late" or "silent")
            Settings(make => make["minutes"] = 0.05);
        await Start();
        await Wait(Anna);
        await Asked(1);
        if (fault == "error")
            _cloud.Change(
                "shop-1",
                s =>
                    s with
                    {
                        Status = "ERROR",
                        Fault = "No valid host was found. There are not enough hosts available.",
                    }
            );
        if (fault == "silent")
            _cloud.Change("shop-1", s => s with { Status = "ACTIVE" });
        foreach (var person in new[] { Anna, Carla })
            await Until(
                "it is told",
                async () =>
                    (await Messages(person)).Any(m =>
                        m.Text("kind") == "notMade" && m.Text("text")!.Contains(sentence, StringComparison.Ordinal)
                    )
            );
        await Until("nothing is left", () => !_cloud.Standing.Any() && Made("shop-1") is null);
        await Gone("shop-1");
        Assert.Contains(
            (await Anna.Json("healthz")).GetProperty("problems").EnumerateArray(),
            p => p.Text("part") == "making" && p.Text("message")!.Contains(sentence, StringComparison.Ordinal)
        );
        // She keeps her place, and it is not tried again at once.
        Assert.Single((await Anna.Json("api/line")).GetProperty("own").EnumerateArray());
        Assert.Single(_cloud.Asked);
        Assert.Single(await Messages(Anna), m => m.Text("kind") == "notMade");
    }

    [Fact]
    public async Task Killed_before_Nova_has_it_another_is_asked_for()
    {
        var arrived = new TaskCompletionSource();
        _cloud.Trouble = async context =>
        {
            if (context.Request.Path != "/compute/servers")
                return false;
            arrived.TrySetResult();
            await Task.Delay(System.Threading.Timeout.Infinite, context.RequestAborted);
            return true;
        };
        await Start();
        await Wait(Anna);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(40));
        await Console.Kill();
        Assert.Null(Made("shop-1")!["id"]);
        _cloud.Trouble = null;
        // As if a minute had passed since.
        Write("shop-1", made => made["askedAt"] = DateTimeOffset.UtcNow.AddMinutes(-2));
        await Start();
        await Until("another is there", () => _cloud.Standing.Any(s => s.Name == "shop-2"));
        Assert.Single(_cloud.Standing);
        // What comes after all is deleted.
        _cloud.Add(new("shop-1", "ACTIVE") { Metadata = Marked(Made("shop-1")!["mark"]!.GetValue<string>()) });
        Write("shop-1", _ => { });
        await Console.Kill();
        await Start();
        await Until("it is deleted", () => _cloud.Deleted.Contains("shop-1"));
        Assert.Equal("shop-2", Assert.Single(_cloud.Standing).Name);
    }

    [Fact]
    public async Task Killed_before_Nova_has_answered_it_is_known_again()
    {
        var made = new TaskCompletionSource();
        _cloud.HasMade = async context =>
        {
            made.TrySetResult();
            await Task.Delay(System.Threading.Timeout.Infinite, context.RequestAborted);
        };
        await Start();
        await Wait(Anna);
        await made.Task.WaitAsync(TimeSpan.FromSeconds(40));
        await Console.Kill();
        Assert.Null(Made("shop-1")!["id"]);
        GuestAnswers();
        _cloud.Change("shop-1", s => s with { Status = "ACTIVE" });
        await Start();
        await Until("it is held for her", async () => await Turn("shop-1") == "anna");
        Assert.Single(_cloud.Asked);
        Assert.Single(_cloud.Standing);
        Assert.Equal(_cloud.Standing.Single().Id, Made("shop-1")!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_answer_that_is_cut_short_is_no_second_server()
    {
        GuestAnswers();
        _cloud.HasMade = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await Start();
        await Wait(Anna);
        await Asked(1);
        _cloud.Change("shop-1", s => s with { Status = "ACTIVE" });
        await Until("it is held for her", async () => await Turn("shop-1") == "anna");
        Assert.Single(_cloud.Asked);
    }

    [Fact]
    public async Task A_cloud_that_falls_silent_meanwhile_is_told_and_leaves_nothing()
    {
        Settings(make => make["minutes"] = 0.05);
        await Start();
        await Wait(Anna);
        await Asked(1);
        await Until("it is on the board", async () => await Unusable("shop-1") is not null);
        _cloud.Trouble = async context =>
        {
            await CloudStandIn.Say(context, 500, """{ "computeFault": { "message": "Out of order." } }""");
            return true;
        };
        await Until(
            "it is told",
            async () =>
                (await Messages(Anna)).Any(m =>
                    m.Text("text")!
                        .Contains("It could not be used within 0.05 minutes: Nova at", StringComparison.Ordinal)
                )
        );
        Assert.Contains("is being deleted", await Unusable("shop-1"), StringComparison.Ordinal);
        _cloud.Trouble = null;
        await Until("nothing is left", () => !_cloud.Standing.Any() && Made("shop-1") is null);
    }

    [Fact]
    public async Task Killed_while_it_deletes_it_goes_on()
    {
        await HasOne();
        _cloud.Trouble = async context =>
        {
            if (context.Request.Method != "DELETE")
                return false;
            await Task.Delay(System.Threading.Timeout.Infinite, context.RequestAborted);
            return true;
        };
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.001);
        await Until("it deletes", () => _cloud.Calls.Any(c => c.StartsWith("DELETE", StringComparison.Ordinal)));
        Assert.Contains("is being deleted", await Unusable("shop-1"), StringComparison.Ordinal);
        await Refused(Anna, "shop-1");
        await Console.Kill();
        _cloud.Trouble = null;
        await Start();
        await Until("it is gone", () => Made("shop-1") is null && !_cloud.Standing.Any());
    }

    [Fact]
    public async Task Nothing_without_the_mark_is_deleted()
    {
        await HasOne();
        // Another's of a name that this console would give.
        _cloud.Add(new("shop-9", "ACTIVE") { Metadata = Marked("another/mark") });
        _cloud.Change("shop-1", s => s with { Metadata = Marked("another/mark") });
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.001);
        await Until("it is let go", () => Made("shop-1") is null);
        Assert.Empty(_cloud.Deleted);
        Assert.DoesNotContain(_cloud.Calls, c => c.StartsWith("DELETE", StringComparison.Ordinal));
        Assert.Equal(["make server", "server made", "delete server", "server let go"], await Audit("shop-1"));
        await Until("it is as any other", async () => await Unusable("shop-1") is null);
    }

    [Fact]
    public async Task One_that_is_deleted_in_Nova_is_forgotten()
    {
        await HasOne();
        _cloud.Change("shop-1", s => s with { Status = "DELETED" });
        await Until("it is forgotten", () => Made("shop-1") is null);
        await Gone("shop-1");
    }

    [Fact]
    public async Task One_that_was_given_another_name_is_let_go()
    {
        await HasOne();
        _cloud.Change("shop-1", s => s with { Name = "shop-old" });
        await Until("it is let go", () => Made("shop-1") is null);
        Assert.Equal(["make server", "server made", "server let go"], await Audit("shop-1"));
        await Until(
            "it is as any other",
            async () => (await Anna.GetAsync("api/servers/shop-old")).IsSuccessStatusCode
        );
        Assert.Empty(_cloud.Deleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_its_project_has_is_not_forgotten_when_the_settings_lead_to_another(bool isMakerAlone)
    {
        await using var other = await CloudStandIn.Start();
        other.Add(new("shop-9", "ACTIVE") { Metadata = Marked("another/mark") });
        await HasOne();
        var file = Path.Combine(Console.Folder, "clouds.yaml");
        var first = File.ReadAllText(file);
        var there = first.Replace(_cloud.Url, other.Url, StringComparison.Ordinal);
        var maker = there.Split('\n').SkipWhile(l => !l.Contains("qa:", StringComparison.Ordinal)).Skip(1);
        if (isMakerAlone)
            there = first.Replace(
                "maker: *qa",
                "maker:\n" + string.Join('\n', maker.TakeWhile(l => !l.Contains("maker", StringComparison.Ordinal))),
                StringComparison.Ordinal
            );
        File.WriteAllText(file, there);
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.01);
        await HealthTells("led to before");
        Assert.NotNull(Made("shop-1"));
        // Another credential of the same project has another name, too: what stands there is known by its mark.
        File.WriteAllText(file, first.Replace("a1", "a2", StringComparison.Ordinal));
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.005);
        await Until("it is known again", () => Made("shop-1")?["place"]?.GetValue<string>().Contains("a2") == true);
        await Until("it is deleted, as nobody has it", () => Made("shop-1") is null);
        Assert.Equal(["shop-1"], _cloud.Deleted);
        Assert.Empty(other.Deleted);
    }

    [Fact]
    public async Task One_that_is_being_deleted_is_told_while_a_cell_is_down_and_known_by_another_credential()
    {
        await HasOne();
        _cloud.Change("shop-1", s => s with { IsOutOfSight = true });
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.001);
        await HealthTells("shop-1 cannot be deleted: Nova at");
        Assert.NotNull(Made("shop-1"));
        _cloud.Trouble = async context =>
        {
            if (context.Request.Method != "DELETE")
                return false;
            await CloudStandIn.Say(context, 409, """{ "conflictingRequest": { "message": "It is locked" } }""");
            return true;
        };
        foreach (var server in _cloud.Servers.Values.ToList())
            _cloud.Servers[server.Id] = server with { IsOutOfSight = false };
        await HealthTells("It is locked");
        var file = Path.Combine(Console.Folder, "clouds.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("a1", "a2", StringComparison.Ordinal));
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.002);
        _cloud.Trouble = null;
        await Until("it is gone", () => Made("shop-1") is null && !_cloud.Standing.Any());
        Assert.Equal(["make server", "server made", "delete server", "server deleted"], await Audit("shop-1"));
    }

    [Fact]
    public async Task One_whose_host_is_called_otherwise_is_named_and_deleted_under_nobody()
    {
        await HasOne();
        _cloud.Trouble = async context =>
        {
            if (context.Request.Method != "DELETE")
                return false;
            await CloudStandIn.Say(context, 409, """{ "conflictingRequest": { "message": "It is locked" } }""");
            return true;
        };
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.001);
        await HealthTells("It is locked");
        void Call(JsonObject settings, string name)
        {
            settings["hosts"]![1]!["name"] = name;
            settings["apps"]![0]!["make"]!["host"] = name;
        }

        await Console.Reload(s => Call(s, "nova"));
        await HealthTells("shop-1 was made on cloud, where the settings have none made by now");
        await Until(
            "it is as any other",
            async () =>
                (await Ben.Put("api/servers/shop-1/reservation", new { purpose = "x" })).StatusCode
                == HttpStatusCode.Created
        );
        _cloud.Trouble = null;
        await Console.Reload(s => Call(s, "cloud"));
        await Until("it is let go", () => Made("shop-1") is null);
        Assert.Single(_cloud.Standing);
        Assert.Equal("ben", (await Anna.Json("api/servers/shop-1")).GetProperty("reservation").Text("holder"));
    }

    [Fact]
    public async Task One_that_Nova_says_to_delete_and_does_not_is_told()
    {
        Settings(make => make["minutes"] = 0.1);
        await HasOne();
        _cloud.Trouble = context =>
        {
            context.Response.StatusCode = 204;
            return Task.FromResult(context.Request.Method == "DELETE");
        };
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.001);
        await HealthTells("and still has it");
        _cloud.Trouble = null;
        await Until("it is gone", () => Made("shop-1") is null && !_cloud.Standing.Any());
    }

    [Fact]
    public async Task One_that_is_shut_off_makes_room_for_who_waits()
    {
        Settings(make => (make["most"], make["hours"]) = (1, 0.01));
        await HasOne();
        await Anna.Put("api/servers/shop-1/reservation", new { purpose = "x" });
        _cloud.Change("shop-1", s => s with { Status = "SHUTOFF" });
        await Until("it is seen", async () => await Unusable("shop-1") is not null);
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.02);
        await Anna.DeleteAsync("api/servers/shop-1/reservation");
        await Wait(Ben);
        await Until("it is told", async () => (await Messages(Anna)).Any(m => m.Text("kind") == "serverGoes"));
        await Until("another is asked for", () => _cloud.Standing.Any(s => s.Name == "shop-2"));
        Assert.Equal(["shop-1"], _cloud.Deleted);
        Assert.Equal(["make server", "server made", "delete server", "server deleted"], await Audit("shop-1"));
    }

    [Fact]
    public async Task Who_looks_at_a_cloud_every_few_minutes_sees_at_once_what_is_made_there()
    {
        GuestAnswers();
        Console.Change(s => s["hosts"]![1]!["openStack"]!["pollSeconds"] = 300);
        await Start();
        await Wait(Anna);
        await Asked(1);
        await Says("shop-1", "Nova makes it");
        _cloud.Change("shop-1", s => s with { Status = "ACTIVE" });
        await Until("it is held for her", async () => await Turn("shop-1") == "anna");
        await Anna.Put("api/servers/shop-1/reservation", new { });
        await Anna.DeleteAsync("api/servers/shop-1/reservation");
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.001);
        await Until("it is deleted", () => Made("shop-1") is null);
        Assert.Equal(HttpStatusCode.NotFound, (await Anna.GetAsync("api/servers/shop-1")).StatusCode);
    }

    [Fact]
    public async Task A_cloud_that_hangs_keeps_nobody_of_another_waiting()
    {
        await using var other = await CloudStandIn.Start();
        var hangs = new TaskCompletionSource<CancellationToken>();
        _cloud.Trouble = async context =>
        {
            if (context.Request.Path != "/compute/servers")
                return false;
            hangs.TrySetResult(context.RequestAborted);
            await Task.Delay(System.Threading.Timeout.Infinite, context.RequestAborted);
            return true;
        };
        var file = Path.Combine(Console.Folder, "clouds.yaml");
        var second = File.ReadAllText(file).Replace(_cloud.Url, other.Url, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(Console.Folder, "other.yaml"), second);
        Console.Change(s =>
        {
            var host = s["hosts"]![1]!.DeepClone();
            (host["name"], host["servers"], host["address"]) = ("other", "^desk-", "127.71.8.{number}");
            host["openStack"]!["cloudsFile"] = "other.yaml";
            s["hosts"]!.AsArray().Add(host);
            var make = s["apps"]![0]!["make"]!.DeepClone();
            (make["host"], make["name"]) = ("other", "desk-{number}");
            s["apps"]![1]!["make"] = make;
        });
        await Start();
        await Wait(Anna);
        var aborted = await hangs.Task.WaitAsync(TimeSpan.FromSeconds(40));
        await Ben.Post("api/line", new { purpose = "x", app = "desk" });
        await Until("the other one makes it", () => other.Asked.Count == 1);
        Assert.False(aborted.IsCancellationRequested);
    }

    [Fact]
    public async Task Of_two_with_one_name_the_own_goes_and_another_is_made()
    {
        await Start();
        // Another console has chosen the name in the same moment.
        _cloud.HasMade = _ =>
        {
            _cloud.HasMade = null;
            _cloud.Add(new("shop-1", "BUILD") { Id = "0", Metadata = Marked("another/mark") });
            return Task.CompletedTask;
        };
        await Wait(Anna);
        await Until(
            "it is told",
            async () =>
                (await Messages(Anna)).Any(m =>
                    m.Text("text")!.Contains("Another server of cloud is called shop-1", StringComparison.Ordinal)
                )
        );
        await Until("its own is deleted", () => _cloud.Standing.Count() == 1 && _cloud.Deleted.Count == 1);
        Assert.Equal("0", _cloud.Standing.Single().Id);
    }

    [Fact]
    public async Task It_is_not_deleted_while_somebody_needs_it()
    {
        await HasOne();
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.001);
        await Anna.Put("api/servers/shop-1/reservation", new { purpose = "x" });
        await Ben.Post("api/servers/shop-1/line", new { purpose = "y" });
        await Task.WhenAll(Until("a while", async () => await Elapsed(TimeSpan.FromSeconds(6))));
        await Anna.DeleteAsync("api/servers/shop-1/reservation");
        await Until("it is ben's turn", async () => await Turn("shop-1") == "ben");
        Assert.Equal(
            HttpStatusCode.OK,
            (await Carla.Put("api/servers/shop-1/service", new { @out = true, note = "looked at" })).StatusCode
        );
        await Ben.DeleteAsync("api/servers/shop-1/line");
        await Task.WhenAll(Until("a while", async () => await Elapsed(TimeSpan.FromSeconds(6))));
        Assert.NotNull(Made("shop-1"));
        await Carla.Put("api/servers/shop-1/service", new { @out = false });
        await Until("it is gone", () => Made("shop-1") is null && !_cloud.Standing.Any());
    }

    private Task HealthTells(string words) =>
        Until(
            $"/healthz tells: {words}",
            async () =>
                (await Anna.Json("healthz"))
                    .GetProperty("problems")
                    .EnumerateArray()
                    .Any(p => p.Text("message")!.Contains(words, StringComparison.Ordinal))
        );

    // Made, and anna has given it back.
    private async Task HasOne()
    {
        GuestAnswers();
        await Start();
        await Wait(Anna);
        await Asked(1);
        _cloud.Change("shop-1", s => s with { Status = "ACTIVE" });
        await Until("it is held for her", async () => await Turn("shop-1") == "anna");
        await Anna.Put("api/servers/shop-1/reservation", new { });
        await Anna.DeleteAsync("api/servers/shop-1/reservation");
    }

    private async Task<IReadOnlyList<JsonNode>> Asked(int count)
    {
        await Until($"{count} were asked for", () => _cloud.Asked.Count >= count);
        await Until("Nova has them", () => _cloud.Refusal is not null || Servers.All(m => m["id"] is not null));
        return [.. _cloud.Asked.Select(a => a["server"]!)];
    }

    private static Dictionary<string, string> Marked(string mark) =>
        new(StringComparer.Ordinal) { ["role"] = "qa", ["test-server-console"] = mark };

    private void Settings(Action<JsonObject>? change = null)
    {
        var make = JsonNode.Parse(Make)!.AsObject();
        change?.Invoke(make);
        WriteSsh();
        Console
            .Build()
            .WithTemplates()
            .WithFile("user-data", "#cloud-config\n")
            .WithFile(
                "clouds.yaml",
                $$"""
                clouds:
                  qa: &qa
                    auth_type: v3applicationcredential
                    auth:
                      auth_url: {{_cloud.Url}}
                      application_credential_id: a1
                      application_credential_secret: sesame
                  maker: *qa
                """
            )
            .Add(
                "hosts",
                """
                { "name": "cloud", "servers": "^shop-", "address": "127.71.9.{number}",
                  "openStack": { "cloudsFile": "clouds.yaml", "cloud": "qa", "makeCloud": "maker",
                    "metadata": { "role": "qa" }, "pollSeconds": 0.5 } }
                """
            )
            .With(
                $$"""
                "guests": { "ssh": { "user": "nobody", "key": "/dev/null", "knownHosts": "/dev/null",
                  "transport": "openssh" } },
                "apps": [
                  { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" },
                    "templates": "templates", "make": {{make.ToJsonString()}} },
                  { "name": "desk", "repository": { "kind": "svn", "url": "svn://127.71.9.1/desk" },
                    "templates": "templates" } ],
                "reservations": { "turnMinutes": 10 },
                "roles": [ { "role": "administrator", "users": ["carla"] } ]
                """
            )
            .Write();
    }
}
