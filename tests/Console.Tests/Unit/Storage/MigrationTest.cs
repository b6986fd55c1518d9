namespace TestServers.Tests.Unit.Storage;

/// <summary>A file of an older version is read as one of today, and kept when it is written anew.</summary>
public sealed class MigrationTest : IDisposable
{
    private const string First = """{"version":1,"count":7}""";
    private readonly TemporaryFolder _folder = new();

    /// <summary>Version 2 calls the count a number, version 3 knows who counted.</summary>
    public sealed record Counter(int Version, int Number, string By) : IVersioned
    {
        public static IReadOnlyList<Migration> Migrations { get; } = [CallNumber, file => file["by"] ??= "nobody"];

        private static void CallNumber(JsonObject file)
        {
            var count = file["count"]!.GetValue<int>();
            file.Remove("count");
            file["number"] = count;
        }
    }

    private string Path => _folder["c.json"];

    private static string Kept(int version) => $"c.json.version{version}";

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(First, "nobody")]
    [InlineData("""{"version":2,"number":7}""", "nobody")]
    [InlineData("""{"version":3,"number":7,"by":"anna"}""", "anna")]
    public void Each_version_is_read_as_the_newest_and_nothing_is_written(string content, string by)
    {
        File.WriteAllText(Path, content);
        Assert.Equal(new(3, 7, by), JsonFile<Counter>.Load(Path).Value);
        Assert.Equal(content, File.ReadAllText(Path));
        Assert.Equal(["c.json"], Names());
    }

    [Fact]
    public void What_the_older_program_wrote_is_kept_at_the_first_change_and_once()
    {
        File.WriteAllText(Path, First);
        var file = JsonFile<Counter>.Load(Path);
        file.Change(c => c with { Number = 8 });
        file.Change(c => c with { Number = 9 });
        Assert.Equal(First, File.ReadAllText(_folder[Kept(1)]));
        Assert.Equal(new(3, 9, "nobody"), JsonFile<Counter>.Load(Path).Value);
        Assert.Equal(["c.json", "c.json.last", Kept(1)], Names());
    }

    [Fact]
    public async Task So_it_is_when_an_act_changes_it()
    {
        using var state = new StateFolder(_folder["state"]);
        var path = _folder["state/c.json"];
        File.WriteAllText(path, First);
        var file = JsonFile<Counter>.Load(path);
        var journal = state.Journal(state.Lines("audit.log"));
        await journal.Do(act =>
        {
            act.Change(file, c => c with { Number = 8 });
            act.Note("counted");
        });
        Assert.Equal(First, File.ReadAllText(JsonFile<Counter>.FormerOf(path, 1)));
        Assert.Equal(8, JsonFile<Counter>.Load(path).Value.Number);
    }

    [Fact]
    public void An_older_program_that_was_put_back_is_followed_again()
    {
        File.WriteAllText(Path, First);
        JsonFile<Counter>.Load(Path).Change(c => c with { Number = 8 });
        const string later = """{"version":1,"count":70}""";
        File.WriteAllText(Path, later);
        JsonFile<Counter>.Load(Path).Change(c => c with { Number = 71 });
        Assert.Equal(later, File.ReadAllText(_folder[Kept(1)]));
    }

    [Fact]
    public void The_copy_of_the_version_before_takes_the_place_of_an_older_one()
    {
        File.WriteAllText(Path, First);
        JsonFile<Counter>.Load(Path).Change(c => c with { Number = 8 });
        // The second upgrade.
        File.WriteAllText(Path, """{"version":2,"number":8}""");
        JsonFile<Counter>.Load(Path).Change(c => c with { Number = 9 });
        Assert.Equal(["c.json", "c.json.last", Kept(2)], Names());
    }

    [Fact]
    public void A_file_that_is_removed_takes_along_what_was_kept_beside_it()
    {
        File.WriteAllText(Path, First);
        JsonFile<Counter>.Load(Path).Change(c => c with { Number = 8 });
        JsonFile<Counter>.Remove(Path);
        Assert.Empty(Names());
    }

    [Fact]
    public void A_disk_that_does_not_take_the_kept_one_refuses_the_change()
    {
        File.WriteAllText(Path, First);
        var file = JsonFile<Counter>.Load(Path);
        Directory.CreateDirectory(_folder[Kept(1) + ".draft"]);
        Assert.Throws<DiskRefused>(() => file.Change(c => c with { Number = 8 }));
        Assert.Equal(First, File.ReadAllText(Path));
        Assert.Equal(7, file.Value.Number);
        Directory.Delete(_folder[Kept(1) + ".draft"]);
        file.Change(c => c with { Number = 8 });
        Assert.Equal(First, File.ReadAllText(_folder[Kept(1)]));
    }

    [Theory]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"count":"seven"}""")]
    [InlineData("""{"version":1,"count":7,"colour":"red"}""")]
    [InlineData("""{"version":1,"count":7,"count":8}""")]
    [InlineData("""{"version":1,"count":7""")]
    public void One_that_is_damaged_is_refused_as_any_other(string content)
    {
        File.WriteAllText(Path, content);
        var refusal = Assert.Throws<UnreadableFile>(() => JsonFile<Counter>.Load(Path));
        Assert.Contains(Path, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Path));
    }

    private IEnumerable<string?> Names() =>
        Directory.GetFiles(_folder.Path).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal);
}
