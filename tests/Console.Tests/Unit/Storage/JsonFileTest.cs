using System.Text;

namespace TestServers.Tests.Unit.Storage;

public sealed class JsonFileTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public sealed record Counter(int Version, int Count) : IVersioned;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_change_is_in_memory_and_on_disk_and_leaves_no_draft()
    {
        var file = JsonFile<Counter>.Create(_folder["c.json"], new(1, 0));
        file.Change(c => c with { Count = 7 });
        Assert.Equal(7, file.Value.Count);
        Assert.Equal(7, JsonFile<Counter>.Load(_folder["c.json"]).Value.Count);
        Assert.Equal(["c.json", "c.json.last"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_missing_file_is_an_error_and_not_an_empty_one() =>
        Assert.Contains(
            "no copy before it",
            Assert.Throws<UnreadableFile>(() => JsonFile<Counter>.Load(_folder["none.json"])).Message,
            StringComparison.Ordinal
        );

    public static TheoryData<byte[]> Broken()
    {
        var good = "{\"version\":1,\"count\":7}"u8.ToArray();
        var data = new TheoryData<byte[]>
        {
            Array.Empty<byte>(),
            new byte[40],
            "null"u8.ToArray(),
            "[]"u8.ToArray(),
            "{}"u8.ToArray(),
        };
        for (var length = 1; length < good.Length; length++)
            data.Add(good[..length]);
        data.Add([0xff, 0xfe, .. good]);
        data.Add("{\"version\":0,\"count\":7}"u8.ToArray());
        data.Add("{\"version\":1,\"count\":7,\"count\":8}"u8.ToArray());
        data.Add("{\"version\":1,\"count\":7,\"more\":8}"u8.ToArray());
        data.Add("{\"version\":1,\"count\":\"7\"}"u8.ToArray());
        data.Add([.. good, .. "x"u8]);
        return data;
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_file_is_refused_stays_as_it_is_and_the_last_good_copy_is_named(byte[] content)
    {
        var path = _folder["c.json"];
        JsonFile<Counter>.Create(path, new(1, 0)).Change(c => c with { Count = 1 });
        File.WriteAllBytes(path, content);
        var refusal = Assert.Throws<UnreadableFile>(() => JsonFile<Counter>.Load(path));
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("c.json.last", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("{\"version\":2,\"count\":7}"), InlineData("{\"version\":2,\"count\":7,\"colour\":\"red\"}")]
    [InlineData("{\"colour\":{\"version\":1},\"version\":2}"), InlineData("{\"version\":2,\"count\":[\"seven\"]}")]
    public void A_file_of_a_newer_console_is_refused_with_the_advice_to_install_that_one_again(string newer)
    {
        var path = _folder["c.json"];
        JsonFile<Counter>.Create(path, new(1, 0)).Change(c => c with { Count = 1 });
        File.WriteAllText(path, newer);
        var refusal = Assert.Throws<NewerFile>(() => JsonFile<Counter>.Load(path));
        Assert.Contains($"{path} has version 2", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Install the newer console", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".last", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(newer, File.ReadAllText(path));
    }

    [Fact]
    public void A_state_of_version_1_gets_an_id_and_keeps_it()
    {
        using (var first = new StateFolder(_folder["state"]))
            first.Complete(DateTimeOffset.UtcNow);
        File.WriteAllText(_folder["state/state.json"], """{ "version": 1, "created": "2026-01-01T00:00:00Z" }""");
        string id;
        using (var second = new StateFolder(_folder["state"]))
        {
            id = second.Id;
            second.Complete(DateTimeOffset.UtcNow);
        }
        Assert.Matches("^[0-9a-f]{12}$", id);
        using var third = new StateFolder(_folder["state"]);
        Assert.Equal(id, third.Id);
    }

    [Fact]
    public void When_the_disk_refuses_memory_and_disk_stay_as_they_were_and_it_is_told_until_a_write_succeeds()
    {
        var file = JsonFile<Counter>.Create(_folder["c.json"], new(1, 1));
        Directory.CreateDirectory(_folder["c.json.draft"]); // Opening the draft fails with EISDIR, also for root.
        Assert.Throws<DiskRefused>(() => file.Change(c => c with { Count = 2 }));
        Assert.Equal(1, file.Value.Count);
        Assert.Equal(1, JsonFile<Counter>.Load(_folder["c.json"]).Value.Count);
        Assert.Contains(DiskTroubles.Open, t => t.Path == _folder["c.json"]);
        Directory.Delete(_folder["c.json.draft"]);
        file.Change(c => c with { Count = 3 });
        Assert.DoesNotContain(DiskTroubles.Open, t => t.Path == _folder["c.json"]);
    }

    // One number is given once more after its first file was refused, and the disk is tried at any moment.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_refused_when_it_was_new_is_never_written_over_what_came_after_it(bool byAnAct)
    {
        var (path, journal) = (_folder["7.json"], new Journal(_folder.Path, new(_folder["audit.log"])));
        Directory.CreateDirectory(path + ".draft");
        if (byAnAct)
            await Assert.ThrowsAsync<DiskRefused>(() => journal.Do(act => act.Create(path, new Counter(1, 1))));
        else
            Assert.Throws<DiskRefused>(() => JsonFile<Counter>.Create(path, new(1, 1)));
        Directory.Delete(path + ".draft");

        // It is there, and its trouble not yet over, as between the two steps of a writer.
        using (var other = new TemporaryFolder())
        {
            JsonFile<Counter>.Create(other["7.json"], new(1, 2));
            File.Copy(other["7.json"], path);
        }
        DiskTroubles.Probe();
        Assert.Equal(2, JsonFile<Counter>.Load(path).Value.Count);
        Assert.DoesNotContain(DiskTroubles.Open, t => t.Path == path);
    }

    [Fact]
    public async Task What_was_removed_while_it_is_tried_is_written_neither_again_nor_over_what_came_after_it()
    {
        var path = _folder["9.json"];
        var file = JsonFile<Counter>.Create(path, new(1, 1));
        Directory.CreateDirectory(path + ".draft");
        Assert.Throws<DiskRefused>(() => file.Change(c => c with { Count = 2 }));
        Directory.Delete(path + ".draft");
        var tried = Task.CompletedTask;
        file.Change(now =>
        {
            var begun = new TaskCompletionSource();
            tried = Task.Run(() =>
            {
                begun.SetResult();
                DiskTroubles.Probe();
            });
            begun.Task.Wait();
            JsonFile<Counter>.Remove(path);
            using var other = new TemporaryFolder();
            JsonFile<Counter>.Create(other["9.json"], new(1, 3));
            File.Copy(other["9.json"], path);
            return now;
        });
        await tried;
        Assert.Equal(3, JsonFile<Counter>.Load(path).Value.Count);
        Assert.DoesNotContain(DiskTroubles.Open, t => t.Path == path);
    }

    [Fact]
    public async Task A_file_of_an_act_is_tried_by_writing_it_again()
    {
        var (path, journal) = (_folder["8.json"], new Journal(_folder.Path, new(_folder["audit.log"])));
        var file = await journal.Do(act => act.Create(path, new Counter(1, 1)));
        Directory.CreateDirectory(path + ".draft");
        await Assert.ThrowsAsync<DiskRefused>(() => journal.Do(act => act.Change(file, c => c with { Count = 2 })));
        DiskTroubles.Probe();
        Assert.Contains(DiskTroubles.Open, t => t.Path == path);
        Directory.Delete(path + ".draft");
        DiskTroubles.Probe();
        Assert.DoesNotContain(DiskTroubles.Open, t => t.Path == path);
        Assert.Equal(1, JsonFile<Counter>.Load(path).Value.Count);
    }

    [Fact]
    public void A_last_line_that_a_crash_cut_is_cut_off_and_the_lines_before_stay()
    {
        File.WriteAllText(_folder["audit.log"], "one\ntwo\nthr");
        new LineFile(_folder["audit.log"]).Add("four");
        Assert.Equal("one\ntwo\nfour\n", File.ReadAllText(_folder["audit.log"]));
    }

    [Fact]
    public void A_state_folder_that_lost_its_mark_or_holds_something_else_is_not_taken_for_a_new_one()
    {
        File.WriteAllText(_folder["letter.txt"], "not a state");
        Assert.Throws<UnreadableFile>(() => new StateFolder(_folder.Path));
    }

    [Fact]
    public void A_first_start_that_was_killed_half_way_begins_again()
    {
        using (var first = new StateFolder(_folder["state"]))
            first.Open("c.json", new Counter(1, 0));
        using var second = new StateFolder(_folder["state"]);
        Assert.True(second.IsNew);
        second.Open("c.json", new Counter(1, 0));
        second.Complete(DateTimeOffset.UtcNow);
    }

    [Fact]
    public void A_state_folder_has_one_process()
    {
        using var first = new StateFolder(_folder["state"]);
        Assert.Contains(
            "in use",
            Assert.Throws<UnreadableFile>(() => new StateFolder(_folder["state"])).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_file_that_is_there_is_never_replaced_by_an_empty_one()
    {
        File.WriteAllText(_folder["c.json"], "x");
        Assert.Throws<UnreadableFile>(() => JsonFile<Counter>.Create(_folder["c.json"], new(1, 0)));
        Assert.Equal("x", File.ReadAllText(_folder["c.json"], Encoding.UTF8));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Counter>("x"));
    }
}
