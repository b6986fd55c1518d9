using System.Text;
using TestServers.Requests;

namespace TestServers.Tests.Requests;

public sealed class RequestLogTest : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly RequestLog _log;

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
        foreach (var line in new[] { "a", "", "c" }) _log.Add("code", line, Now);
        Assert.Equal(text, await From(_log.StartOfLast(lines)));
    }

    [Fact]
    public async Task The_last_lines_are_found_also_when_they_are_long_and_many()
    {
        for (var number = 1; number <= 3000; number++) _log.Add("code", $"{number} {new string('x', number % 7 * 20)}", Now);
        foreach (var lines in new[] { 1, 999, 1500, 2999, 3000 })
        {
            var last = (await From(_log.StartOfLast(lines))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(lines, last.Length);
            Assert.StartsWith($"03:04:05 code     {3001 - lines} ", last[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_log_without_a_line_has_no_last_ones() => Assert.Equal("", await From(_log.StartOfLast(5)));

    private async Task<string> From(long start)
    {
        using var target = new MemoryStream();
        await _log.CopyTo(target, start, follow: false, CancellationToken.None);
        return Encoding.UTF8.GetString(target.ToArray());
    }
}
