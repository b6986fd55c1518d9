using System.Text;
using TestServers.History;
using TestServers.Http;

namespace TestServers.Tests.Unit.Builds;

/// <summary>A list is joined of what was written before: one change costs the bytes of what it changes.</summary>
public sealed class ListsInPartsTest
{
    private const string Apps = """
        "guests": {
          "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": 1 } },
        "apps": [
          { "name": "plain", "repository": { "kind": "git", "url": "https://127.71.9.1/plain" },
            "templates": "templates", "defaultPath": "main" } ]
        """;

    private static readonly BuildSearch All = new(null, null, null, 200);

    [Fact]
    public async Task A_list_is_the_same_bytes_until_a_build_changes_and_then_that_build_alone_is_written()
    {
        await using var parts = Parts();
        await parts.Begin();
        foreach (var server in new[] { "qa01", "qa02", "qa03" })
            await parts
                .The<BuildQueue>()
                .Enqueue(
                    ServerName.From(server)!,
                    new(AppName.From("plain")!, null, null, false, true),
                    null,
                    PartsInPlace.DeedOf("anna")
                );
        var (lists, store) = (parts.The<BuildLists>(), parts.The<JobStore<Build>>());
        var before = lists.Of(All);
        Assert.Same(before, lists.Of(All));
        Assert.Equal(AtOnce(parts), Text(before));

        store.Show(JobId.Of(2), b => b with { Message = "it goes on" });
        var after = lists.Of(All);
        Assert.Equal(AtOnce(parts), Text(after));
        Assert.NotEqual(before.Tag, after.Tag);
        Assert.Equal(
            [true, false, true],
            before.Items.Zip(after.Items).Select(pair => ReferenceEquals(pair.First, pair.Second))
        );
    }

    [Fact]
    public async Task What_waits_behind_another_is_written_again_when_that_one_has_begun()
    {
        await using var parts = Parts();
        await parts.Begin();
        foreach (var _ in new[] { 1, 2 })
            await parts
                .The<BuildQueue>()
                .Enqueue(
                    ServerName.From("qa01")!,
                    new(AppName.From("plain")!, null, null, false, true),
                    null,
                    PartsInPlace.DeedOf("anna")
                );
        var (lists, store) = (parts.The<BuildLists>(), parts.The<JobStore<Build>>());
        var before = lists.Of(All);
        store.Change(JobId.Of(1), b => b with { State = JobState.Running, StartedAt = DateTimeOffset.UtcNow });
        var after = lists.Of(All);
        Assert.Equal(AtOnce(parts), Text(after));
        Assert.All(before.Items.Zip(after.Items), pair => Assert.NotSame(pair.First, pair.Second));
    }

    [Fact]
    public async Task A_history_in_parts_is_all_of_it_once_in_its_own_order_though_a_build_ends_meanwhile()
    {
        await using var parts = Parts();
        var (lists, history) = (parts.The<HistoryLists>(), parts.The<HistoryStore>());
        // The third was cancelled while it waited for the second.
        foreach (var id in new[] { 1, 3, 2, 4 })
            history.Add(Ended(id));
        var qa01 = ServerName.From("qa01")!;
        Assert.Equal(["4", "2", "3", "1"], BuildsOf(lists.Of(qa01, null, null)));

        var first = lists.Of(qa01, null, 2);
        Assert.Equal(["4", "2"], BuildsOf(first));
        history.Add(Ended(5));
        var second = lists.Of(qa01, JobId.From(first.Next!), 2);
        Assert.Equal(["3", "1"], BuildsOf(second));
        Assert.Null(second.Next);
        Assert.Same(second, lists.Of(qa01, JobId.Of(2), 2));
        var newest = lists.Of(qa01, null, 3);
        Assert.Equal(["5", "4", "2"], BuildsOf(newest));
        Assert.Same(first.Items[0], newest.Items[1]);
        Assert.Empty(BuildsOf(lists.Of(qa01, JobId.Of(1), null)));
    }

    [Fact]
    public void A_part_behind_which_another_begins_has_another_tag()
    {
        var (frame, item) = (WrittenJson.Of(new { list = Array.Empty<string>() }), WrittenJson.Of("one"));
        var (some, last) = (WrittenList.Join(frame, [item], "1"), WrittenList.Join(frame, [item], null));
        Assert.Equal(Text(last), Text(some));
        Assert.NotEqual(last.Tag, some.Tag);
    }

    [Fact]
    public void Of_more_lists_than_are_kept_each_is_right()
    {
        var lists = new WrittenLists();
        var frame = WrittenJson.Of(new { list = Array.Empty<string>() });
        var large = Enumerable.Range(0, 4).Select(n => WrittenJson.Of(new string((char)('a' + n), 1 << 20))).ToList();
        for (var n = 0; n < 20; n++)
        {
            var made = lists.Of($"{n % 10}", frame, [.. large.Take(n % 4 + 1)], 2, last => $"{last}");
            Assert.Equal(n % 4 + 1 > 2 ? "1" : null, made.Next);
            Assert.Equal(
                Math.Min(n % 4 + 1, 2),
                JsonSerializer.Deserialize<JsonElement>(made.Body.Span).GetProperty("list").GetArrayLength()
            );
        }
    }

    private static PartsInPlace Parts() =>
        new([("qa01", 1), ("qa02", 1), ("qa03", 1)], new Dictionary<string, string>(StringComparer.Ordinal), Apps);

    private static EndedBuild Ended(int id) =>
        new(
            JobId.Of(id),
            ServerName.From("qa01")!,
            AppName.From("plain")!,
            RepositoryPath.From("main")!,
            false,
            true,
            "anna",
            DateTimeOffset.UtcNow,
            DateTimeOffset.UtcNow,
            JobState.Failed,
            "It failed."
        )
        {
            HasBegun = false,
            IsOnSite = false,
            Settings = [new("settings.py", "x = 1")],
        };

    private static string AtOnce(PartsInPlace parts) =>
        JsonSerializer.Serialize(
            new BuildsApi.BuildList(parts.The<JobStore<Build>>().All.Select(parts.The<BuildPresenter>().Of)),
            Json.Web
        );

    private static string Text(WrittenList list) => Encoding.UTF8.GetString(list.Body.Span);

    private static IEnumerable<string?> BuildsOf(WrittenList list)
    {
        var entries = JsonSerializer.Deserialize<JsonElement>(list.Body.Span).GetProperty("history").EnumerateArray();
        Assert.All(entries, e => Assert.False(e.TryGetProperty("settings", out _)));
        return [.. entries.Select(e => e.Text("build"))];
    }
}
