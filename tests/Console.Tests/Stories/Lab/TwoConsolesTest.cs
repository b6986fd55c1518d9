namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// Two consoles use one server: what the other has done there is named, and what is there now is what the board says.
/// The test's own console knows the guests qa06 and qa07 as own6 and own7.
/// </summary>
[Collection("lab")]
public sealed class TwoConsolesTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task Each_console_names_the_work_of_the_other_within_its_round_and_forgets_it_with_its_own_next_build()
    {
        await using var own = new LabConsole(lab, settings => settings["guests"]!["lookMinutes"] = 0.05);
        await own.Process.StartWithServers();
        using var anna = own.Process.ClientFor("anna");
        using var ben = lab.As("ben");
        await anna.BuildWell("own6", "plain", "trunk", database: false, code: true);
        Assert.Null((await anna.Json("api/servers/own6")).Text("other"));

        await lab.Free("qa06");
        // The lab's console is told at the latest by its next plan.
        await ben.Json("api/servers/qa06/plan?app=shop&path=trunk&database=true&code=true");
        var qa06 = await ben.Json("api/servers/qa06");
        Assert.StartsWith(
            "Another console has built plain trunk at ",
            qa06.GetProperty("other").Text("message"),
            StringComparison.Ordinal
        );
        Assert.Equal("anna", qa06.GetProperty("other").Text("by"));
        Assert.Equal("plain", qa06.GetProperty("configuration").Text("app"));
        Assert.Null(qa06.GetProperty("configuration").Text("build"));

        await ben.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        Assert.Null((await ben.Json("api/servers/qa06")).Text("other"));
        await Wait.Until(
            "the own console has seen it",
            async () => (await anna.Json("api/servers/own6")).Text("other") is not null,
            20
        );
        var own6 = await anna.Json("api/servers/own6");
        Assert.Equal("ben", own6.GetProperty("other").Text("by"));
        Assert.Equal("shop", own6.GetProperty("configuration").Text("app"));
        Assert.NotNull(own6.GetProperty("configuration").Text("dataTime"));

        await anna.BuildWell("own6", "plain", "trunk", database: false, code: true);
        Assert.Null((await anna.Json("api/servers/own6")).Text("other"));
        await lab.Free("qa06");
    }

    [Fact]
    public async Task What_a_hand_has_changed_is_seen_by_a_plan_and_by_the_round_and_said_until_it_is_built()
    {
        await using var own = new LabConsole(lab, settings => settings["guests"]!["lookMinutes"] = 0.05);
        await own.Process.StartWithServers();
        using var anna = own.Process.ClientFor("anna");
        var built = await anna.BuildWell("own7", "plain", "trunk", database: false, code: true);
        var revision = int.Parse(built.GetProperty("result").Text("revision")!);
        var copy = Path.Combine(lab.Folder, "guests/qa07/srv/code/plain");
        await lab.AsOwner("svn", "update", "-q", "--ignore-externals", "-r", $"{revision - 1}", copy);
        await Wait.Until(
            "it is seen",
            async () =>
                (await anna.Json("api/servers/own7")).GetProperty("configuration").Text("revision")
                == $"{revision - 1}",
            20
        );
        var found = (await anna.Json("api/servers/own7")).GetProperty("otherwise")[0];
        Assert.Equal("code plain", found.Text("part"));
        Assert.Contains(
            $"is trunk at {revision - 1} now: build {built.Text("id")} of this console had left trunk at {revision}",
            found.Text("message"),
            StringComparison.Ordinal
        );

        await lab.AsOwner("svn", "update", "-q", "--ignore-externals", "-r", $"{revision}", copy);
        var plan = await anna.Json("api/servers/own7/plan?app=plain&path=trunk&database=false&code=true");
        Assert.Equal("same", plan.GetProperty("code").Text("relation"));
        Assert.Equal(
            $"{revision}",
            (await anna.Json("api/servers/own7")).GetProperty("configuration").Text("revision")
        );

        await anna.BuildWell("own7", "plain", "trunk", database: false, code: true);
        Assert.Empty((await anna.Json("api/servers/own7")).GetProperty("otherwise").EnumerateArray());

        await lab.AsOwner("rm", "-rf", "--", copy);
        await Wait.Until(
            "it is seen to be gone",
            async () => (await anna.Json("api/servers/own7")).GetProperty("configuration").Text("path") is null,
            20
        );
        Assert.Contains(
            "is gone",
            (await anna.Json("api/servers/own7")).GetProperty("otherwise")[0].Text("message"),
            StringComparison.Ordinal
        );
    }
}
