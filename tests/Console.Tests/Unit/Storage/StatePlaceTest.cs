namespace TestServers.Tests.Unit.Storage;

/// <summary>What the console does to a folder that the settings name as its state.</summary>
public sealed class StatePlaceTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public sealed record Counter(int Version, int Count) : IVersioned;

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Foreign() =>
        new()
        {
            { "a folder with a letter", "echo dear > state/letter.txt" },
            {
                "a folder with drafts, also deep ones",
                "mkdir -p state/a/b; echo 1 > state/x.draft; echo 2 > state/a/b/y.draft; echo 3 > state/k"
            },
            { "a folder with nothing but a draft", "echo 1 > state/x.draft" },
            {
                "a state.json of another program",
                "echo '{\"version\": 4, \"resources\": []}' > state/state.json; echo 1 > state/x.draft"
            },
            { "an empty state.json", ": > state/state.json; echo 1 > state/x.draft" },
            { "a folder called state.json", "mkdir state/state.json; echo 1 > state/x.draft" },
            { "a first-start of somebody else", "echo begin > state/first-start; echo '{}' > state/reservations.json" },
            {
                "a state that lost its mark",
                "echo '{}' > state/reservations.json; echo '{}' > state/reservations.json.last; mkdir state/builds; "
                    + "echo 1 > state/builds/1.log"
            },
            {
                "a state that lost its mark and has the beginning left",
                "printf 'The first start is being made.\\n' > state/first-start; mkdir state/builds; echo 1 > "
                    + "state/builds/1.json"
            },
            {
                "the same with a fact written",
                "printf 'The first start is being made.\\n' > state/first-start; echo 1 > state/audit.log"
            },
            { "a lock of somebody else", "echo 4711 > state/lock" },
            { "a regular file", "rmdir state; echo x > state" },
            { "a pipe", "rmdir state; mkfifo state" },
            { "a link to an empty folder", "mkdir else; rmdir state; ln -s else state" },
            { "a link to a folder with files", "mkdir else; echo 1 > else/x.draft; rmdir state; ln -s else state" },
            { "a link that leads nowhere", "rmdir state; ln -s nowhere state" },
            { "a folder in a file", "rmdir state; echo x > state.d; ln -s state.d/state state" },
        };

    [Theory]
    [MemberData(nameof(Foreign))]
    public void A_place_without_the_consoles_mark_is_refused_and_stays_byte_for_byte(string what, string make)
    {
        Shell.Run($"mkdir state; {make}", _folder.Path);
        var before = Shell.Listing(_folder.Path);
        var said = Assert.ThrowsAny<UnreadableFile>(() => new StateFolder(_folder["state"])).Message;
        Assert.True(
            said.Contains("`state` is wrong", StringComparison.Ordinal)
                || said.Contains(_folder["state/state.json"], StringComparison.Ordinal),
            $"{what}: {said}"
        );
        Assert.Equal(before, Shell.Listing(_folder.Path));
    }

    [Theory]
    [InlineData("/proc/none"), InlineData("/dev/null"), InlineData("/dev/null/state"), InlineData("/sys/none")]
    public void A_place_of_the_system_is_refused_in_a_sentence(string place) =>
        Assert.StartsWith(
            "`state` is wrong: ",
            Assert.Throws<UnreadableFile>(() => new StateFolder(place)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("mkdir state")]
    [InlineData("true")]
    [InlineData("mkdir state; : > state/lock")]
    [InlineData("mkdir state; : > state/lock; echo half > state/first-start.draft")]
    [InlineData(
        "mkdir state; printf 'The first start is being made.\\n' > state/first-start; echo '{' > state/c.json; "
            + "mkdir state/builds; : > state/audit.log"
    )]
    public void An_empty_folder_and_a_first_start_that_was_killed_are_begun(string make)
    {
        Shell.Run(make, _folder.Path);
        using (var state = Made())
            Assert.True(state.IsNew);
        using var again = new StateFolder(_folder["state"]);
        Assert.False(again.IsNew);
        Assert.Equal(0, again.Open("c.json", new Counter(1, 0)).Value.Count);
    }

    [Fact]
    public void A_link_to_the_consoles_own_state_is_followed()
    {
        Made().Dispose();
        Shell.Run("mv state elsewhere; ln -s elsewhere state", _folder.Path);
        using var state = new StateFolder(_folder["state"]);
        Assert.False(state.IsNew);
    }

    [Fact]
    public void Drafts_are_removed_where_the_console_writes_them_and_nowhere_else()
    {
        Made().Dispose();
        Shell.Run(
            "mkdir -p state/mine state/builds/deep state/d.draft; for d in . mine builds builds/deep; do echo 1 > "
                + "state/$d/x.json.draft; done; ln -s ../x state/link.draft",
            _folder.Path
        );
        using var state = new StateFolder(_folder["state"]);
        state.Folder("builds");
        var left = Directory
            .GetFileSystemEntries(_folder["state"], "*.draft", SearchOption.AllDirectories)
            .Select(d => Path.GetRelativePath(_folder["state"], d));
        Assert.Equal(
            ["builds/deep/x.json.draft", "d.draft", "link.draft", "mine/x.json.draft"],
            left.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_beginning_left_beside_the_mark_does_not_make_the_state_new_when_the_mark_is_lost()
    {
        Made().Dispose();
        Shell.Run("printf 'The first start is being made.\\n' > state/first-start", _folder.Path);
        using (var state = new StateFolder(_folder["state"]))
            Assert.False(state.IsNew);
        Shell.Run("rm state/state.json*; echo '{}' > state/x.json.last", _folder.Path);
        Assert.Throws<UnreadableFile>(() => new StateFolder(_folder["state"]));
    }

    [Fact]
    public void A_file_that_a_later_program_adds_is_made_once_and_missed_ever_after()
    {
        Made().Dispose();
        using (var state = new StateFolder(_folder["state"]))
            state.Open("later.json", new Counter(1, 3)).Change(c => c with { Count = 4 });
        using (var state = new StateFolder(_folder["state"]))
            Assert.Equal(4, state.Open("later.json", new Counter(1, 3)).Value.Count);
        Shell.Run("rm state/later.json*", _folder.Path);
        using var lost = new StateFolder(_folder["state"]);
        Assert.Contains(
            _folder["state/later.json"],
            Assert.Throws<UnreadableFile>(() => lost.Open("later.json", new Counter(1, 3))).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("state/c.json"), InlineData("state/other.json"), InlineData("state/builds/7.json")]
    public void A_file_that_is_missing_beside_the_copy_before_it_stops_the_start(string lost)
    {
        Made().Dispose();
        File.WriteAllText(_folder[lost + ".last"], "{}");
        File.Delete(_folder[lost]);
        var said = Assert
            .Throws<UnreadableFile>(() =>
            {
                using var state = new StateFolder(_folder["state"]);
                state.Folder("builds");
            })
            .Message;
        Assert.Contains(_folder[lost] + " is missing", said, StringComparison.Ordinal);
        Assert.Contains(_folder[lost] + ".last", said, StringComparison.Ordinal);
    }

    private StateFolder Made()
    {
        var state = new StateFolder(_folder["state"]);
        state.Open("c.json", new Counter(1, 0));
        state.Folder("builds");
        state.Complete(DateTimeOffset.UtcNow);
        return state;
    }
}
