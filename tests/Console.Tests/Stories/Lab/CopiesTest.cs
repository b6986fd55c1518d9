namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// What is not seen is not gone: whatever hides a server from the console, its copy stays, and the console tells why.
/// </summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class CopiesTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task Only_the_copy_of_a_server_that_its_host_has_not_had_all_the_time_goes_and_all_others_stay()
    {
        await using var console = new CopyConsole(lab);
        string[] servers =
        [
            "ended",
            "narrow1",
            "wrong1",
            "empty1",
            "renamed1",
            "moved1",
            "removed1",
            "held1",
            "twice1",
        ];
        foreach (var host in new[] { "kept", "narrow", "wrong", "empty", "renamed", "moved", "removed", "twice" })
            console.AddHost(host, "^[a-z]+[0-9]?$");
        console.AddHost("again", "^twice1$", console.UriOf("twice"));
        console.WriteDomains("kept", "ended", "held1", "other");
        foreach (var host in new[] { "narrow", "wrong", "empty", "renamed", "moved", "removed", "twice" })
            console.WriteDomains(host, $"{host}1", "other");
        await console.Found();
        await console.MakeCopies(servers);
        await console.SeeAll(servers, held: "held1");
        await console.MakeCopies("unknown1");
        await console.MakeCopiesOf(null, "older1");
        await console.MakeCopiesOf("0123456789ab", "theirs1");

        console.WriteDomains("kept", "other");
        console.ChangeHost("narrow", h => h["servers"] = "^narrow[2-9]$");
        console.ChangeHost("wrong", h => h["servers"] = "^nothing-at-all$");
        console.WriteDomains("empty");
        console.ChangeHost("renamed", h => h["name"] = "newname");
        console.WriteDomains("renamed", "other");
        console.WriteDomains("elsewhere", "other");
        console.ChangeHost("moved", h => h["uri"] = console.UriOf("elsewhere"));
        console.Change(s =>
            s["hosts"]!.AsArray().Remove(s["hosts"]!.AsArray().First(h => h!["name"]!.GetValue<string>() == "removed"))
        );
        console.ChangeHost("twice", h => h["servers"] = "^none$");
        await console.Process.Start();

        await console.Going("ended");
        await console.Kept(
            "narrow1",
            "narrow1 is on narrow, but hosts.narrow.servers in the settings does not match it"
        );
        await console.Kept("wrong1", "wrong1 is on wrong, but hosts.wrong.servers");
        await console.Kept("empty1", "shows no domain at all");
        await console.Kept("renamed1", "the settings no longer name the host renamed");
        await console.Kept("moved1", "the settings give the host moved, which had moved1, another uri now");
        await console.Kept("removed1", "the settings no longer name the host removed");
        await console.Kept("held1", "held1 is reserved by anna until");
        await console.Kept("unknown1", "no host is known that had unknown1");
        await console.Kept("older1", "it carries no console's id");
        await console.Kept("theirs1", "it is the console 0123456789ab's");
        await Wait.Until("the host that has it shows it", async () => await console.Find("twice1") is null);
        await console.Gone("ended");
        Assert.Equal(
            [
                "empty1",
                "held1",
                "moved1",
                "narrow1",
                "older1",
                "removed1",
                "renamed1",
                "theirs1",
                "twice1",
                "unknown1",
                "wrong1",
            ],
            (await console.Databases()).Select(d => d["copy_grace_".Length..])
        );
        Assert.Contains(
            "db1/copy_grace_ended: ended is not seen. It is dropped when kept has been without it",
            console.Process.Log,
            StringComparison.Ordinal
        );
        Assert.Contains("db1/copy_grace_ended: dropped", console.Process.Log, StringComparison.Ordinal);
        Assert.Contains(
            "db1/copy_grace_narrow1: narrow1 is not seen. It is kept: narrow1 is on narrow",
            console.Process.Log,
            StringComparison.Ordinal
        );
        Assert.Null(await console.Find("ended"));
    }

    [Fact]
    public async Task A_host_that_does_not_answer_stops_the_time_and_a_server_that_is_back_begins_it_anew()
    {
        await using var console = new CopyConsole(lab, keptDays: 0.0003);
        console.AddHost("vmhost", "^qa[0-9]$");
        console.AddHost("second", "^none$");
        console.WriteDomains("vmhost", "qa1", "qa2");
        console.WriteDomains("second", "other");
        await console.Found();
        await console.MakeCopies("qa1");
        await console.SeeAll(["qa1"]);
        console.WriteDomains("vmhost", "qa2");
        await console.Process.Start();
        await console.Going("qa1");
        var since = (await console.Find("qa1"))!.Value.GetProperty("goneSince").GetDateTimeOffset();
        Assert.Contains(
            $"; gone since {since.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}",
            await console.CommentOf("qa1"),
            StringComparison.Ordinal
        );

        foreach (var host in new[] { "vmhost", "second" })
        {
            console.Silence(host);
            await console.Kept("qa1", $"the host {host}");
            await console.Kept("qa1", "does not answer");
            console.WriteDomains(host, host == "vmhost" ? "qa2" : "other");
            await console.Going("qa1");
        }
        console.WriteDomains("vmhost", "qa1", "qa2");
        await Wait.Until("it is not listed any more", async () => await console.Find("qa1") is null);
        await Wait.Until(
            "its mark is taken back",
            async () => !(await console.CommentOf("qa1")).Contains("gone", StringComparison.Ordinal)
        );
        console.WriteDomains("vmhost", "qa2");
        await console.Listed(
            "qa1",
            "its time begins anew",
            c => c.Text("droppedAt") is not null && c.GetProperty("goneSince").GetDateTimeOffset() > since
        );
        await console.Gone("qa1");
    }

    [Fact]
    public async Task A_restart_goes_on_counting_and_a_state_from_a_backup_begins_anew_where_the_server_was_back_since()
    {
        await using var console = await WithCopyOfQa1(keptDays: 0.0005);
        console.WriteDomains("vmhost", "qa2");
        await console.Process.Start();
        await console.Going("qa1");
        var since = (await console.Find("qa1"))!.Value.Text("goneSince");
        await Wait.Until("a part of the time is on disk", () => Watched(console) > 5);
        await console.Process.Kill();
        await LabHost.Run("cp", "--archive", console.StateFolder, console.StateFolder + ".backup");
        await console.Process.Start();
        await console.Going("qa1");
        var copy = (await console.Find("qa1"))!.Value;
        Assert.Equal(since, copy.Text("goneSince"));
        Assert.InRange((copy.GetProperty("droppedAt").GetDateTimeOffset() - DateTimeOffset.UtcNow).TotalSeconds, 1, 40);

        console.WriteDomains("vmhost", "qa1", "qa2");
        await Wait.Until(
            "its mark is taken back",
            async () => !(await console.CommentOf("qa1")).Contains("gone", StringComparison.Ordinal)
        );
        await console.Process.Kill();
        Directory.Delete(console.StateFolder, recursive: true);
        Directory.Move(console.StateFolder + ".backup", console.StateFolder);
        console.WriteDomains("vmhost", "qa2");
        await console.Process.Start();
        copy = await console.Listed(
            "qa1",
            "its time begins anew",
            c => c.Text("droppedAt") is not null && c.Text("goneSince") != since
        );
        Assert.InRange(
            (copy.GetProperty("droppedAt").GetDateTimeOffset() - DateTimeOffset.UtcNow).TotalSeconds,
            35,
            45
        );
        Assert.Equal(["copy_grace_qa1"], await console.Databases());
    }

    [Fact]
    public async Task A_twin_of_the_console_that_sees_the_server_keeps_its_copy()
    {
        await using var console = await WithCopyOfQa1(keptDays: 0.0002);
        await using var twin = new CopyConsole(lab, keptDays: 0.0002);
        await LabHost.Run("cp", "--archive", console.StateFolder, twin.StateFolder);
        twin.AddHost("vmhost", "^qa[0-9]$");
        twin.WriteDomains("vmhost", "qa1");
        console.WriteDomains("vmhost", "qa2");
        await console.Process.Start();
        await console.Going("qa1");
        await twin.Process.Start();
        await Wait.Until(
            "the twin has taken the mark back",
            async () => !(await console.CommentOf("qa1")).Contains("gone", StringComparison.Ordinal)
        );
        await Wait.Until(
            "the time has begun anew",
            () =>
                console.Process.Log.Contains("does not say any more that its server is gone", StringComparison.Ordinal),
            60
        );
        Assert.Equal(["copy_grace_qa1"], await console.Databases());
    }

    [Fact]
    public async Task A_clock_that_jumps_a_year_ahead_ends_no_time()
    {
        await using var console = await WithCopyOfQa1(keptDays: 2);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["clock"], "+0\n");
        console.WriteDomains("vmhost", "qa2");
        await console.Process.Start(environment: ClockTest.FakedBy(folder["clock"]));
        await console.Going("qa1");
        File.WriteAllText(folder["draft"], $"+{366 * 86400}\n");
        File.Move(folder["draft"], folder["clock"], overwrite: true);
        var ahead = DateTimeOffset.UtcNow.AddDays(366);
        var copy = await console.Listed(
            "qa1",
            "its end has moved with the clock",
            c => c.Text("droppedAt") is not null && c.GetProperty("droppedAt").GetDateTimeOffset() > ahead
        );
        Assert.InRange((copy.GetProperty("droppedAt").GetDateTimeOffset() - ahead).TotalDays, 1.9, 2.1);
        await console.Process.Kill();
        await console.Process.Start(environment: ClockTest.FakedBy(folder["clock"]));
        await console.Going("qa1");
        Assert.Equal(["copy_grace_qa1"], await console.Databases());
    }

    // Two servers, of which the first has a copy, and both are seen.
    private async Task<CopyConsole> WithCopyOfQa1(double keptDays)
    {
        var console = new CopyConsole(lab, keptDays);
        console.AddHost("vmhost", "^qa[0-9]$");
        console.WriteDomains("vmhost", "qa1", "qa2");
        await console.Found();
        await console.MakeCopies("qa1");
        await console.SeeAll(["qa1"]);
        return console;
    }

    private static double Watched(CopyConsole console) =>
        JsonNode
            .Parse(LabHost.Read(Path.Combine(console.StateFolder, "bases.json")))
            ?["copies"]?["db1/copy_grace_qa1"]?["watched"]?.GetValue<double>()
        ?? 0;
}
