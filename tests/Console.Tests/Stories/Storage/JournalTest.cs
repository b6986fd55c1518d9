using System.Security.Cryptography;
using System.Text;

namespace TestServers.Tests.Stories.Storage;

public sealed class JournalTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public sealed record Number(int Version, int Value) : IVersioned;

    public void Dispose() => _folder.Dispose();

    private string Audit => _folder["audit.log"];

    private Journal Open() => new(_folder.Path, new LineParts(Audit));

    private string Text(string name) => File.Exists(_folder[name]) ? File.ReadAllText(_folder[name]) : "";

    private static string[] All() => ["a.json", "b.json", "new.json", "audit.log"];

    /// <summary>An act on two files, a new one, and the audit.</summary>
    private Task Act(Journal journal, JsonFile<Number> a, JsonFile<Number> b, int value) =>
        journal.Do(act =>
        {
            act.Change(a, n => n with { Value = value });
            act.Change(b, n => n with { Value = value });
            act.Create(_folder["new.json"], new Number(1, value));
            act.Note($"value {value}");
        });

    private (JsonFile<Number> A, JsonFile<Number> B) Files() =>
        (JsonFile<Number>.Create(_folder["a.json"], new(1, 0)), JsonFile<Number>.Create(_folder["b.json"], new(1, 0)));

    [Fact]
    public async Task An_act_changes_all_its_files_and_the_audit_and_leaves_nothing_else()
    {
        var (a, b) = Files();
        await Act(Open(), a, b, 7);
        Assert.Equal(7, a.Value.Value);
        Assert.Equal(7, JsonFile<Number>.Load(_folder["a.json"]).Value.Value);
        Assert.Equal(7, JsonFile<Number>.Load(_folder["b.json"]).Value.Value);
        Assert.Equal(7, JsonFile<Number>.Load(_folder["new.json"]).Value.Value);
        Assert.Equal("value 7\n", Text("audit.log"));
        Assert.Equal("", Text("journal.log"));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.draft"));
    }

    /// <summary>A power cut brings the journal's line back, which is not removed durably.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_act_stands_once_in_the_audit_although_its_part_has_ended_since(bool isOld)
    {
        var (a, b) = Files();
        var audit = new LineParts(Audit);
        var journal = new Journal(_folder.Path, audit);
        await Act(journal, a, b, 7);
        if (isOld)
            audit.EndPart();
        var line = new JournalLine([], ["value 7"]);
        File.WriteAllText(_folder["journal.log"], JsonSerializer.Serialize(line, Json.Web) + "\n");
        audit = new(Audit);
        _ = new Journal(_folder.Path, audit);
        Assert.Equal(["value 7"], audit.Back().Select(l => l.Line));
        // One that was killed before its lines were there gets them behind those of the ended part.
        File.WriteAllText(
            _folder["journal.log"],
            JsonSerializer.Serialize(line with { Facts = ["value 8"] }, Json.Web) + "\n"
        );
        _ = new Journal(_folder.Path, audit);
        Assert.Equal(["value 8", "value 7"], audit.Back().Select(l => l.Line));
    }

    [Fact]
    public async Task A_decision_that_throws_changes_nothing()
    {
        var (a, _) = Files();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Open()
                .Do(act =>
                {
                    act.Change(a, n => n with { Value = 7 });
                    act.Note("x");
                    throw new InvalidOperationException();
                })
        );
        Assert.Equal(0, a.Value.Value);
        Assert.Equal("", Text("audit.log"));
        // The file's lock is free again.
        Assert.Equal(8, a.Change(n => n with { Value = 8 }).Value);
    }

    /// <summary>Each file of an act in turn is a folder: opening it for writing fails, also for root.</summary>
    [Theory]
    [InlineData("a.json.draft")]
    [InlineData("b.json.draft")]
    [InlineData("new.json.draft")]
    [InlineData("audit.log")]
    [InlineData("journal.log")]
    public async Task When_the_disk_refuses_one_file_of_an_act_nothing_of_it_is_done(string refused)
    {
        var (a, b) = Files();
        var journal = Open();
        if (File.Exists(_folder[refused]))
            File.Delete(_folder[refused]);
        Directory.CreateDirectory(_folder[refused]);
        var before = All().Where(n => n != refused).Select(Text).ToList();
        await Assert.ThrowsAsync<DiskRefused>(() => Act(journal, a, b, 7));
        Assert.Equal((0, 0), (a.Value.Value, b.Value.Value));
        Assert.Equal(before, All().Where(n => n != refused).Select(Text));
        var named = refused.Replace(".draft", "", StringComparison.Ordinal);
        Assert.Contains(DiskTroubles.Open, t => t.Path == _folder[named]);

        Directory.Delete(_folder[refused]);
        Assert.DoesNotContain(DiskTroubles.Probe(), t => t.Path.StartsWith(_folder.Path, StringComparison.Ordinal));
        await Act(journal, a, b, 9);
        Assert.Equal("value 9\n", Text("audit.log"));
        Assert.Equal((9, 9), (a.Value.Value, b.Value.Value));
    }

    /// <summary>
    /// Kills between any two steps: the journal's line stands, and so many of the act's files are in place already.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_start_brings_up_whatever_an_act_had_not_done_yet(int done)
    {
        var (a, b) = Files();
        var before = All().ToDictionary(n => n, Text);
        await Act(Open(), a, b, 7);
        var after = All().ToDictionary(n => n, Text);
        var line = new JournalLine(
            [
                .. All()
                    .SkipLast(1)
                    .Select(n => new JournalFile(
                        n,
                        before[n].Length == 0 ? null : Hash(before[n]),
                        Hash(after[n]),
                        after[n]
                    )),
            ],
            ["value 7"]
        );
        foreach (var (name, index) in All().Select((n, i) => (n, i)))
        {
            File.Delete(_folder[name]);
            var text = index < done ? after[name] : before[name];
            if (text.Length > 0)
                File.WriteAllText(_folder[name], text);
        }
        File.WriteAllText(_folder["journal.log"], JsonSerializer.Serialize(line, Json.Web) + "\n");
        Open();
        Assert.Equal(after, All().ToDictionary(n => n, Text));
        Assert.Equal("", Text("journal.log"));
        // A second start finds nothing to do.
        Open();
        Assert.Equal(after, All().ToDictionary(n => n, Text));
    }

    [Fact]
    public async Task What_was_changed_after_an_act_stays_although_its_journal_line_survived()
    {
        var (a, b) = Files();
        var before = Text("a.json");
        await Act(Open(), a, b, 7);
        var line = new JournalLine([new("a.json", Hash(before), Hash(Text("a.json")), Text("a.json"))], ["value 7"]);
        a.Change(n => n with { Value = 8 });
        File.WriteAllText(_folder["journal.log"], JsonSerializer.Serialize(line, Json.Web) + "\n");
        Open();
        Assert.Equal(8, JsonFile<Number>.Load(_folder["a.json"]).Value.Value);
        Assert.Equal("value 7\n", Text("audit.log"));
    }

    [Theory]
    [InlineData("../outside.json")]
    [InlineData("/tmp/outside.json")]
    [InlineData("builds/../../outside.json")]
    [InlineData("builds/1.txt")]
    public void A_journal_that_names_what_is_no_file_of_the_state_stops_the_start(string name)
    {
        var line = new JournalLine([new(name, null, Hash("x"), "x")], []);
        File.WriteAllText(_folder["journal.log"], JsonSerializer.Serialize(line, Json.Web) + "\n");
        Assert.Contains(name, Assert.Throws<UnreadableFile>(() => Open()).Message, StringComparison.Ordinal);
        Assert.Equal(["journal.log"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_journal_line_that_was_cut_was_told_to_nobody_and_is_not_carried_out()
    {
        var (a, _) = Files();
        File.WriteAllText(_folder["journal.log"], """{"files":[{"name":"a.json","before":null""");
        Open();
        Assert.Equal(0, JsonFile<Number>.Load(_folder["a.json"]).Value.Value);
        Assert.Equal(0, a.Value.Value);
    }
}
