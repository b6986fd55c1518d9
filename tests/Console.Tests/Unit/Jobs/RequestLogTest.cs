using System.Text;

namespace TestServers.Tests.Unit.Jobs;

public sealed class RequestLogTest : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly JobLog _log;

    public RequestLogTest() => _log = new(_folder["1.log"], ended: false);

    public void Dispose()
    {
        _log.Complete();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "03:04:05 code     c\n")]
    [InlineData(2, "03:04:05 code     \n03:04:05 code     c\n")]
    [InlineData(3, "03:04:05 code     a\n03:04:05 code     \n03:04:05 code     c\n")]
    [InlineData(9, "03:04:05 code     a\n03:04:05 code     \n03:04:05 code     c\n")]
    public async Task The_last_lines_are_the_newest_of_those_that_are_there(int lines, string text)
    {
        foreach (var line in new[] { "a", "", "c" })
            _log.Add("code", line, Now);
        Assert.Equal(text, await From(_log.StartOfLast(lines)));
    }

    [Fact]
    public async Task The_last_lines_are_found_also_when_they_are_long_and_many()
    {
        for (var number = 1; number <= 3000; number++)
            _log.Add("code", $"{number} {new string('x', number % 7 * 20)}", Now);
        foreach (var lines in new[] { 1, 999, 1500, 2999, 3000 })
        {
            var last = (await From(_log.StartOfLast(lines))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(lines, last.Length);
            Assert.StartsWith($"03:04:05 code     {3001 - lines} ", last[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_log_without_a_line_has_no_last_ones() => Assert.Equal("", await From(_log.StartOfLast(5)));

    [Fact]
    public async Task A_silent_log_that_is_followed_says_so_in_a_line_that_grows_and_all_count_the_same_bytes()
    {
        _log.Add("code", "a", Now);
        var (first, second) = (new MemoryStream(), new MemoryStream());
        var following = Task.WhenAll(
            new[] { first, second }.Select(f =>
                _log.CopyTo(f, 0, follow: true, TimeProvider.System, CancellationToken.None)
            )
        );
        await Wait.Until(
            "two dots have come",
            () =>
                first.Length == _log.Length
                && Encoding.UTF8.GetString(first.ToArray()).EndsWith("silence  ..", StringComparison.Ordinal)
        );
        Assert.EndsWith("silence  ..", await From(_log.StartOfLast(1)), StringComparison.Ordinal);
        _log.Add("code", "b", Now);
        var told = _log.Length;
        await Wait.Until("another line has begun", () => _log.Length > told && second.Length == _log.Length);
        _log.Complete();
        await following;
        var text = Encoding.UTF8.GetString(first.ToArray());
        Assert.Matches(
            @"\A03:04:05 code     a\n\d\d:\d\d:\d\d silence  \.\.\n03:04:05 code     b\n\d\d:\d\d:\d\d silence  \.\n\z",
            text
        );
        Assert.Equal(text, Encoding.UTF8.GetString(second.ToArray()));
        Assert.Equal(text, await From(0));
        Assert.Equal(text.Length, _log.Length);
    }

    [Fact]
    public async Task A_line_that_was_cut_by_a_kill_is_ended_before_the_next()
    {
        await File.WriteAllTextAsync(_folder["2.log"], "03:04:05 silence  ..");
        var log = new JobLog(_folder["2.log"], ended: false);
        log.Add("code", "a", Now);
        log.Complete();
        Assert.Equal("03:04:05 silence  ..\n03:04:05 code     a\n", await File.ReadAllTextAsync(_folder["2.log"]));
    }

    [Fact]
    public async Task Nobody_s_reading_adds_nothing_to_a_log_that_has_ended()
    {
        _log.Add("code", "a", Now);
        _log.Complete();
        using var target = new MemoryStream();
        await _log.CopyTo(target, 0, follow: true, TimeProvider.System, CancellationToken.None);
        Assert.Equal("03:04:05 code     a\n", Encoding.UTF8.GetString(target.ToArray()));
    }

    private async Task<string> From(long start)
    {
        using var target = new MemoryStream();
        await _log.CopyTo(target, start, follow: false, TimeProvider.System, CancellationToken.None);
        return Encoding.UTF8.GetString(target.ToArray());
    }
}
