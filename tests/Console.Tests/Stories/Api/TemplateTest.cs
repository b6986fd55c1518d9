using System.Xml.Linq;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// Servers that are made as copies of a template: by a real libvirt with QEMU, whose machines have no system. What
/// answers behind ssh is a stand-in; a virsh before the real one can be held up at a word, or end there for ever.
/// </summary>
public sealed class TemplateTest : MakingStory
{
    private const string Make = """
        { "host": "kvm", "name": "shop-{number}", "template": "golden", "userData": "user-data",
          "most": 1, "hours": 1, "minutes": 20 }
        """;
    private OwnLibvirt _libvirt = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _libvirt = await OwnLibvirt.StartQemu();
        await _libvirt.Virsh("vol-create-as", "pool", "golden.qcow2", "64M", "--format", "qcow2");
        await _libvirt.Virsh("vol-create-as", "pool", "data.img", "4M", "--format", "raw");
        await _libvirt.Virsh("vol-create-as", "pool", "shared.img", "1M", "--format", "raw");
        await Define(Golden());
        Settings();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var file in Directory.GetFiles(Console.Folder, "at-*"))
            EndWhatStands(file);
        foreach (var file in Directory.GetFiles(Console.Folder, "hold-*"))
            File.Delete(file);
        await base.DisposeAsync();
        await _libvirt.DisposeAsync();
    }

    [Fact]
    public async Task It_is_made_given_and_deleted_with_notice()
    {
        Hold("vol-clone");
        await Start();
        Assert.Equal(HttpStatusCode.Created, (await Wait(Anna)).StatusCode);
        await Says("shop-1", "kvm makes it of golden (copying");
        await Refused(Ben, "shop-1");
        Release("vol-clone");
        await Says("shop-1", "its system starts, and its host program does not answer yet.");
        await Refused(Anna, "shop-1");
        await IsWhatItIsToBe();

        GuestAnswers();
        await Until("it is held for her", async () => await Turn("shop-1") == "anna");
        await Until("she is told", async () => (await Messages(Anna)).Any(m => m.Text("kind") == "yourTurn"));
        Assert.Equal(HttpStatusCode.Created, (await Anna.Put("api/servers/shop-1/reservation", new { })).StatusCode);
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.002);
        await Anna.DeleteAsync("api/servers/shop-1/reservation");
        await Until("it is told", async () => (await Messages(Anna)).Any(m => m.Text("kind") == "serverGoes"));
        await Until("it is gone", () => Made("shop-1") is null);
        await Gone("shop-1");
        await NothingIsLeft();
        Assert.Equal(["make server", "server made", "delete server", "server deleted"], await Audit("shop-1"));
        // No name is used twice.
        await Wait(Ben);
        await Until("the next is there", async () => (await Domains()).Contains("shop-2"));
    }

    [Fact]
    public async Task Without_user_data_nothing_is_put_in()
    {
        Settings(make => make.Remove("userData"));
        await HasOne();
        Assert.Equal(2, (await VolumesOf("shop-1")).Count);
    }

    public static TheoryData<string, string> Faults =>
        new()
        {
            { "running", "The template golden on kvm is running, and only one that is shut off can be copied." },
            { "gone", "kvm has no domain golden, which `template` names." },
            { "pool", "The disk vdb of the template golden, /srv/none.img, is in no storage pool of kvm that runs." },
            { "diskless", "The template golden on kvm has no disk of its own that could be copied." },
            { "xorriso", "xorrisofs is not installed here (Debian and RHEL: xorriso)" },
            { "late", "It could not be used within 0.05 minutes: kvm makes it of golden (copying" },
            { "silent", "It could not be used within 0.05 minutes:" },
            { "start", "kvm does not start shop-1: virsh failed: error: it was to fail" },
            { "define", "kvm does not take the new domain: virsh failed:" },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_goes_wrong_is_told_and_leaves_nothing(string fault, string sentence)
    {
        switch (fault)
        {
            case "running":
                await _libvirt.Virsh("start", "golden");
                break;
            case "gone":
                await _libvirt.Virsh("undefine", "golden");
                break;
            case "pool":
                await Define(Golden().Replace("/data.img", "/none.img", StringComparison.Ordinal));
                sentence = sentence.Replace("/srv", await Pool(), StringComparison.Ordinal);
                break;
            case "diskless":
                await Define(Golden(disks: false));
                break;
            case "xorriso":
                // As timeout says it of a program that there is not.
                Shell.Run($"printf '#!/bin/sh\nexit 127\n' >{At("bin/xorrisofs")}; chmod 755 {At("bin/xorrisofs")}");
                break;
            case "late":
                Settings(make => make["minutes"] = 0.05);
                Hold("vol-clone");
                break;
            case "silent":
                Settings(make => make["minutes"] = 0.05);
                break;
            default:
                Fail(fault);
                break;
        }
        await Start();
        await Wait(Anna);
        foreach (var person in new[] { Anna, Carla })
            await Told(person, sentence);
        Release("vol-clone");
        // What was broken off may still come: it is looked for during a day.
        if (fault == "late")
            await Until("it is deleted", () => Made("shop-1")!["deleting"] is not null);
        else
            await Until("it is forgotten", () => Made("shop-1") is null);
        await Gone("shop-1");
        await NothingIsLeft(hasTemplate: fault != "gone");
        Assert.Contains(
            (await Anna.Json("healthz")).GetProperty("problems").EnumerateArray(),
            p => p.Text("part") == "making" && p.Text("message")!.Contains(sentence, StringComparison.Ordinal)
        );
        // She keeps her place, and it is not tried again at once.
        Assert.Single((await Anna.Json("api/line")).GetProperty("own").EnumerateArray());
        Assert.Single(await Messages(Anna), m => m.Text("kind") == "notMade");
    }

    [Fact]
    public async Task A_check_says_whether_the_template_could_be_copied_now()
    {
        Assert.Matches("ok +template +shop +golden on kvm can be copied", (await Console.Command("check")).Output);
        await _libvirt.Virsh("start", "golden");
        Assert.Matches(
            "wrong +template +shop +The template golden on kvm is running, and only",
            (await Console.Command("check")).Output
        );
    }

    [SmallDiskFact]
    public async Task A_pool_that_has_too_little_left_is_told_before_anything_is_copied()
    {
        await Fill();
        await Start();
        await Wait(Anna);
        await Told(Anna, "MiB left, and a copy of golden takes");
        Assert.Null(Made("shop-1"));
        await NothingIsLeft();
    }

    [SmallDiskFact]
    public async Task A_pool_that_fills_up_meanwhile_is_told_and_leaves_nothing()
    {
        Hold("vol-clone");
        await Start();
        await Wait(Anna);
        await Arrives("vol-clone");
        await Fill();
        Release("vol-clone");
        await Told(Anna, "kvm does not copy");
        await Until("it is forgotten", () => Made("shop-1") is null);
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_name_that_somebody_else_takes_meanwhile_stays_theirs()
    {
        Hold("define");
        await Start();
        await Wait(Anna);
        await Arrives("define");
        await Define("<domain type='qemu'><name>shop-1</name><memory>16384</memory><os><type>hvm</type></os></domain>");
        Release("define");
        await Told(Anna, "already exists");
        await Until("it is forgotten", () => Made("shop-1") is null);
        Assert.Empty(await VolumesOf("shop-1"));
        Assert.Contains("shop-1", await Domains());
    }

    [Theory]
    [InlineData("vol-clone")]
    [InlineData("vol-upload")]
    [InlineData("define")]
    public async Task Killed_before_there_is_a_domain_another_is_made(string word)
    {
        EndAt(word);
        await Start();
        await Wait(Anna);
        await Arrives(word);
        await Console.Kill();
        Assert.Null(Made("shop-1")!["id"]);
        Assert.Equal(
            word is "vol-clone" ? 0 : 2,
            (await VolumesOf("shop-1")).Count(v => !v.EndsWith("seed.iso", StringComparison.Ordinal))
        );
        GoOnAt(word);
        GuestAnswers();
        // As if a minute had passed since.
        Write("shop-1", made => made["askedAt"] = DateTimeOffset.UtcNow.AddMinutes(-2));
        await Start();
        await Until("another is held for her", async () => await Turn("shop-2") == "anna");
        Assert.Empty(await VolumesOf("shop-1"));
        Assert.DoesNotContain("shop-1", await Domains());
    }

    [Theory]
    [InlineData("autostart")]
    [InlineData("start")]
    public async Task Killed_before_it_is_started_it_goes_on(string word)
    {
        EndAt(word);
        await Start();
        await Wait(Anna);
        await Arrives(word);
        await Console.Kill();
        GoOnAt(word);
        GuestAnswers();
        await Start();
        await Until("it is held for her", async () => await Turn("shop-1") == "anna");
        await IsWhatItIsToBe();
    }

    [Fact]
    public async Task What_comes_after_a_kill_is_deleted()
    {
        Hold("vol-clone");
        await Start();
        await Wait(Anna);
        await Arrives("vol-clone");
        await Console.Kill();
        Write("shop-1", made => made["deleting"] = "the console ended before its host had it.");
        // What was asked for is done all the same.
        Release("vol-clone");
        await Until("it has come", async () => (await VolumesOf("shop-1")).Count > 0);
        await Start();
        await Until("it is deleted", async () => (await VolumesOf("shop-1")).Count == 0);
    }

    [Theory]
    [InlineData("destroy")]
    [InlineData("vol-delete")]
    [InlineData("undefine")]
    public async Task Killed_while_it_deletes_it_goes_on(string word)
    {
        await HasOne();
        EndAt(word);
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.001);
        await Arrives(word);
        Assert.Contains("is being deleted", await Unusable("shop-1"), StringComparison.Ordinal);
        await Refused(Anna, "shop-1");
        await Console.Kill();
        GoOnAt(word);
        await Start();
        await Until("it is forgotten", () => Made("shop-1") is null);
        await NothingIsLeft();
    }

    public static TheoryData<string> NotOurs =>
        ["no mark", "another mark", "renamed", "another id", "disk of another", "overlay of another"];

    [Theory]
    [MemberData(nameof(NotOurs))]
    public async Task Nothing_is_deleted_that_is_not_the_consoles(string how)
    {
        await HasOne();
        await _libvirt.Virsh("destroy", "shop-1");
        var volumes = await VolumesOf("shop-1");
        var xml = await _libvirt.Virsh("dumpxml", "--inactive", "shop-1");
        if (how == "no mark")
            await Define(Changed(xml, d => d.Element("metadata")!.Remove()));
        if (how == "another mark")
            await Define(
                Changed(xml, d => d.Element("metadata")!.Elements().Single().SetAttributeValue("mark", "another/mark"))
            );
        if (how == "renamed")
            await _libvirt.Virsh("domrename", "shop-1", "mine");
        if (how == "another id")
        {
            await _libvirt.Virsh("undefine", "shop-1");
            await Define(Changed(xml, d => d.Element("uuid")!.Remove()));
        }
        if (how == "disk of another")
            await Define(
                Changed(
                    xml,
                    d =>
                    {
                        d.Element("metadata")!.Remove();
                        d.Element("uuid")!.Remove();
                        d.SetElementValue("name", "mine");
                    }
                )
            );
        if (how == "overlay of another")
            await _libvirt.Virsh([
                .. "vol-create-as pool mine.qcow2 1M --format qcow2 --backing-vol-format raw --backing-vol".Split(' '),
                volumes.Single(v => v.EndsWith("vdb.img", StringComparison.Ordinal)),
            ]);
        await Console.Reload(s => s["apps"]![0]!["make"]!["hours"] = 0.001);
        await Until("it is let go", () => Made("shop-1") is null);
        Assert.Equal(volumes, await VolumesOf("shop-1"));
        Assert.Contains(how is "renamed" ? "mine" : "shop-1", await Domains());
        Assert.Contains((await Audit("shop-1"))[^1], (string[])["server let go", "server gone"]);
    }

    [Fact]
    public async Task One_that_somebody_deletes_is_forgotten()
    {
        await HasOne();
        await _libvirt.Virsh("destroy", "shop-1");
        await _libvirt.Virsh("undefine", "shop-1");
        await Until("it is forgotten", () => Made("shop-1") is null);
        await Gone("shop-1");
    }

    [Fact]
    public async Task A_libvirt_that_falls_silent_meanwhile_is_told_and_leaves_nothing()
    {
        Settings(make => make["minutes"] = 0.5);
        await Start();
        await Wait(Anna);
        await Until("it is known to be there", () => Made("shop-1")?["id"] is not null);
        await _libvirt.Pause();
        await Told(Anna, "It could not be used within 0.5 minutes:");
        await _libvirt.Resume();
        await Until("it is forgotten", () => Made("shop-1") is null, 90);
        await NothingIsLeft();
    }

    // What was copied, and what is each machine's own.
    private async Task IsWhatItIsToBe()
    {
        var xml = XElement.Parse(await _libvirt.Virsh("dumpxml", "--inactive", "--security-info", "shop-1"));
        var golden = XElement.Parse(await _libvirt.Virsh("dumpxml", "--inactive", "--security-info", "golden"));
        var mark = Made("shop-1")!["mark"]!.GetValue<string>();
        Assert.Equal(mark, xml.Element("metadata")!.Elements().Single().Attribute("mark")!.Value);
        var begin = $"{await Pool()}/shop-1-{mark[(mark.IndexOf('/') + 1)..]}-";
        Assert.Equal(
            [$"{begin}vda.qcow2", $"{begin}vdb.img", $"{await Pool()}/shared.img", null, $"{begin}seed.iso"],
            xml.Descendants("disk").Select(d => d.Element("source")?.Attribute("file")?.Value).OrderBy(Order)
        );
        Assert.Equal(4, (await VolumesOf("shop-1")).Count + 1);
        foreach (var name in new[] { "memory", "vcpu", "description" })
            Assert.Equal(golden.Element(name)!.Value, xml.Element(name)!.Value);
        Assert.Equal("sesame", xml.Descendants("graphics").Single().Attribute("passwd")!.Value);
        Assert.Equal("yes", xml.Descendants("graphics").Single().Attribute("autoport")!.Value);
        Assert.NotEqual(
            golden.Descendants("mac").Single().Attribute("address")!.Value,
            xml.Descendants("mac").Single().Attribute("address")!.Value
        );
        Assert.Contains("Autostart:      enable", await _libvirt.Virsh("dominfo", "shop-1"), StringComparison.Ordinal);
        await SeedSays(mark);
        int Order(string? path) =>
            path is null ? 3
            : path.Contains("seed", StringComparison.Ordinal) ? 4
            : path.Contains("shared", StringComparison.Ordinal) ? 2
            : path.Contains("vdb", StringComparison.Ordinal) ? 1
            : 0;
    }

    private async Task SeedSays(string mark)
    {
        var id = Guid.Parse(mark[(mark.IndexOf('/') + 1)..]);
        var seed = Path.Combine(Console.Folder, "seed");
        var volume = (await VolumesOf("shop-1")).Single(v => v.EndsWith("seed.iso", StringComparison.Ordinal));
        await _libvirt.Virsh("vol-download", "--pool", "pool", "--vol", volume, "--file", $"{seed}.iso");
        Shell.Run($"xorriso -osirrox on -indev {seed}.iso -extract / {seed} 2>/dev/null");
        Assert.Equal("#cloud-config\n", await File.ReadAllTextAsync($"{seed}/user-data"));
        Assert.Equal(
            $"instance-id: {id:d}\nlocal-hostname: shop-1\n",
            await File.ReadAllTextAsync($"{seed}/meta-data")
        );
        Shell.Run($"xorriso -indev {seed}.iso -toc 2>/dev/null | grep -q cidata; chmod -R u+w {seed}; rm -r {seed}");
    }

    // The template and its disks are as they were.
    private async Task NothingIsLeft(bool hasTemplate = true)
    {
        // What was broken off is taken away when it has come all the same.
        await Until("no other domain is there", async () => !(await Domains()).Except(["golden"]).Any());
        Assert.Equal(hasTemplate, (await Domains()).Contains("golden"));
        string[] own = ["data.img", "golden.qcow2", "shared.img"];
        await Until(
            "no other volume is there",
            async () => (await Volumes()).Except(["filler"]).Order(StringComparer.Ordinal).SequenceEqual(own)
        );
    }

    private static Task Told(HttpClient person, string sentence) =>
        Until(
            "it is told",
            async () =>
                (await Messages(person)).Any(m =>
                    m.Text("kind") == "notMade" && m.Text("text")!.Contains(sentence, StringComparison.Ordinal)
                ),
            90
        );

    // Made, and anna has given it back.
    private async Task HasOne()
    {
        GuestAnswers();
        await Start();
        await Wait(Anna);
        await Until("it is held for her", async () => await Turn("shop-1") == "anna");
        await Anna.Put("api/servers/shop-1/reservation", new { });
        await Anna.DeleteAsync("api/servers/shop-1/reservation");
    }

    private async Task<string> Pool() =>
        XElement.Parse(await _libvirt.Virsh("pool-dumpxml", "pool")).Element("target")!.Element("path")!.Value;

    private async Task<IReadOnlyList<string>> Domains() =>
        [.. (await _libvirt.Virsh("list", "--all", "--name")).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private async Task<IReadOnlyList<string>> Volumes() =>
        [
            .. (await _libvirt.Virsh("vol-list", "pool"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.Trim().Split(' ')[0]),
        ];

    private async Task<IReadOnlyList<string>> VolumesOf(string server) =>
        [.. (await Volumes()).Where(v => v.StartsWith($"{server}-", StringComparison.Ordinal))];

    private async Task Fill() =>
        await _libvirt.Virsh("vol-create-as", "pool", "filler", $"{(await Free()) - 200_000}", "--format", "raw");

    private async Task<long> Free() =>
        long.Parse(
            (await _libvirt.Virsh("pool-info", "pool", "--bytes"))
                .Split('\n')
                .Single(l => l.StartsWith("Available:", StringComparison.Ordinal))["Available:".Length..]
                .Trim()
        );

    private async Task Define(string xml)
    {
        var file = Path.Combine(Console.Folder, "domain.xml");
        await File.WriteAllTextAsync(file, xml);
        await _libvirt.Virsh("define", file);
    }

    private static string Changed(string xml, Action<XElement> change)
    {
        var domain = XElement.Parse(xml);
        change(domain);
        return domain.ToString();
    }

    private string Golden(bool disks = true)
    {
        var pool = Pool().Result;
        var own = $"""
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2'/><source file='{pool}/golden.qcow2'/><target dev='vda' bus='virtio'/>
            </disk>
            <disk type='file' device='disk'>
              <driver name='qemu' type='raw'/><source file='{pool}/data.img'/><target dev='vdb' bus='virtio'/>
            </disk>
            """;
        return $"""
            <domain type='qemu'>
              <name>golden</name>
              <uuid>6e4a1f0e-4d6c-4c0b-9d53-0a2d6e1f0c11</uuid>
              <metadata><by:guest xmlns:by="urn:test-server-console:new-guest" made="2026"/></metadata>
              <description>a shop's server</description>
              <memory unit='MiB'>16</memory> <vcpu>1</vcpu>
              <os><type arch='x86_64' machine='q35'>hvm</type></os>
              <devices>
                {(disks ? own : "")}
                <disk type='file' device='disk'>
                  <driver name='qemu' type='raw'/><source file='{pool}/shared.img'/><target dev='vdc' bus='virtio'/>
                  <readonly/>
                </disk>
                <disk type='file' device='cdrom'>
                  <source file='{pool}/shared.img'/><target dev='sda' bus='sata'/><readonly/>
                </disk>
                <interface type='user'><mac address='52:54:00:11:11:11'/><model type='virtio'/></interface>
                <graphics type='vnc' port='5977' autoport='no' passwd='sesame'/>
              </devices>
            </domain>
            """;
    }

    private string At(string what) => Path.Combine(Console.Folder, what);

    private void Hold(string word) => File.WriteAllText(At($"hold-{word}"), "");

    private void Release(string word) => File.Delete(At($"hold-{word}"));

    private void EndAt(string word) => File.WriteAllText(At($"end-{word}"), "");

    private void GoOnAt(string word)
    {
        File.Delete(At($"end-{word}"));
        EndWhatStands(At($"at-{word}"));
        File.Delete(At($"at-{word}"));
    }

    private static void EndWhatStands(string file)
    {
        if (File.ReadAllText(file).Trim() is { Length: > 0 } id)
            Shell.Run($"kill {id} 2>/dev/null || true");
    }

    private void Fail(string word) => File.WriteAllText(At($"fail-{word}"), "");

    private Task Arrives(string word) => Until($"virsh {word} is called", () => File.Exists(At($"at-{word}")));

    private void Settings(Action<JsonObject>? change = null)
    {
        var make = JsonNode.Parse(Make)!.AsObject();
        change?.Invoke(make);
        WriteSsh();
        WriteVirsh();
        Console
            .Build()
            .WithTemplates()
            .WithFile("user-data", "#cloud-config\n")
            .Add(
                "hosts",
                $$"""
                { "name": "kvm", "servers": "^shop-", "uri": "{{_libvirt.Uri}}", "makeUri": "{{_libvirt.Uri}}" }
                """
            )
            .With(
                $$"""
                "guests": { "ssh": { "user": "nobody", "key": "/dev/null", "knownHosts": "/dev/null",
                  "transport": "openssh" } },
                "apps": [
                  { "name": "shop", "repository": { "kind": "svn", "url": "svn://127.71.9.1/shop" },
                    "templates": "templates", "make": {{make.ToJsonString()}} } ],
                "reservations": { "turnMinutes": 10 },
                "roles": [ { "role": "administrator", "users": ["carla"] } ]
                """
            )
            .Write();
    }

    private void WriteVirsh()
    {
        var virsh = At("bin/virsh");
        File.WriteAllText(
            virsh,
            $$"""
            #!/bin/bash
            cd {{Console.Folder}}
            for word; do
              if [[ -e end-$word ]]; then
                echo $$ >at-$word.new && mv at-$word.new at-$word
                exec sleep 600
              fi
              [[ ! -e hold-$word ]] || : >at-$word
              while [[ -e hold-$word ]]; do sleep 0.05; done
              if [[ -e fail-$word ]]; then
                echo 'error: it was to fail' >&2
                exit 1
              fi
            done
            exec /usr/bin/virsh "$@"

            """
        );
        Shell.Run($"chmod 755 {virsh}");
    }
}
