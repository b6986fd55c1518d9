namespace TestServers.Tests.Stories.Api;

/// <summary>Folders in the settings that cannot be meant.</summary>
public sealed class StateSettingTest
{
    public static TheoryData<string> Missing() =>
        [
            "\"wwwroot\": null",
            "\"state\": \"\"",
            "\"state\": \" \"",
            "\"state\": \"\\t\"",
            "\"state\": null",
            "\"state\": \"a\\u0000b\"",
            "\"state\": \".\"",
            "\"state\": \"./\"",
            "\"state\": \"x/..\"",
            "\"state\": \"console.json\"",
            "\"state\": \"with-files\"",
            "\"state\": \"link\"",
        ];

    [Theory]
    [MemberData(nameof(Missing))]
    public async Task A_missing_or_wrong_state_setting_deletes_nothing(string state)
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings(state: state);
        Shell.Run(
            "mkdir -p with-files/deep .git; for d in . .git with-files with-files/deep; do echo mine > "
                + "$d/mine.draft; echo mine > $d/mine.json; done; ln -s with-files link",
            console.Folder
        );
        var before = Shell.Listing(console.Folder);
        var log = await console.StartInVain();
        Assert.StartsWith("The console does not start. ", log, StringComparison.Ordinal);
        Assert.Contains("state", log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
        Assert.Single(log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(before, Shell.Listing(console.Folder));
    }

    [Theory]
    [InlineData("/"), InlineData("//"), InlineData("/.")]
    public void The_root_is_no_place_for_the_state(string state)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["console.json"], $$"""{ "listen": { "loopback": 1 }, "state": "{{state}}" }""");
        Assert.Contains(
            "`state` is wrong",
            Assert.Throws<WrongSetting>(() => SiteTrial.Load(folder["console.json"])).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [
        InlineData("\" \"", "`runtime` is wrong"),
        InlineData("\"console.json\"", "`runtime` is wrong"),
        InlineData("\"console.json/run\"", "`runtime` is wrong"),
        InlineData("\"/proc/none\"", "`runtime` is wrong"),
        InlineData("null", "runtime")
    ]
    public async Task A_runtime_that_is_no_folder_is_named(string runtime, string said)
    {
        await using var console = new ConsoleProcess();
        console.WriteSettings();
        var settings = Path.Combine(console.Folder, "console.json");
        File.WriteAllText(
            settings,
            File.ReadAllText(settings).Replace($"\"{console.Folder}/run\"", runtime, StringComparison.Ordinal)
        );
        var log = await console.StartInVain();
        Assert.Contains(said, log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
    }

    [Theory]
    [
        InlineData("rm console.json"),
        InlineData("rm console.json; mkdir console.json"),
        InlineData("printf '\\0' > console.json"),
        InlineData("ln -sf nowhere console.json")
    ]
    public async Task A_settings_file_that_cannot_be_read_is_named_in_one_line(string make)
    {
        await using var console = new ConsoleProcess();
        Shell.Run(make, console.Folder);
        var log = await console.StartInVain();
        Assert.StartsWith(
            $"The console does not start. The settings file {console.Folder}/console.json cannot be used: ",
            log,
            StringComparison.Ordinal
        );
        Assert.Single(log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("777"), InlineData("770"), InlineData("755"), InlineData("701")]
    public async Task A_state_that_is_open_to_others_is_closed_and_the_log_says_so(string mode)
    {
        await using var console = new ConsoleProcess();
        await console.Start();
        Assert.Equal("700", Shell.Run("stat -c %a state", console.Folder).Trim());
        await console.Kill();
        Shell.Run($"chmod {mode} state", console.Folder);
        await console.Start();
        Assert.Equal("700", Shell.Run("stat -c %a state", console.Folder).Trim());
        await Wait.Until("it is said", () => console.Log.Contains($"had the mode {mode}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_incomplete_line_of_the_audit_is_cut_off_and_the_log_says_how_much()
    {
        await using var console = new ConsoleProcess();
        await console.StartWithServers();
        await console.Http.Put("api/servers/qa01/reservation", new { purpose = "x", hours = 1 });
        await console.Kill();
        Shell.Run("truncate -s +30M state/audit.log", console.Folder);
        await console.Start();
        await Wait.Until(
            "it is said",
            () =>
                console.Log.Contains(
                    $"{console.Folder}/state/audit.log was not complete, and its {30 << 20} bytes were cut off",
                    StringComparison.Ordinal
                )
        );
        Assert.Equal(1, File.ReadAllText(Path.Combine(console.Folder, "state", "audit.log")).Count(c => c == '\n'));
    }
}
