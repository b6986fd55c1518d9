using Microsoft.Extensions.Logging.Abstractions;
using TestServers.Monitoring;

namespace TestServers.Tests.Unit.Monitoring;

/// <summary>One fact, one line, whatever is in it.</summary>
public sealed class LogLinesTest
{
    private static readonly string[] Breaks =
    [
        "\n",
        "\r",
        "\r\n",
        "\u0085",
        "\u2028",
        "\u2029",
        "\v",
        "\f",
        "\0",
        "\u001b[2J",
    ];

    [Theory]
    [InlineData(LogLevel.Debug, "<7>", "dbug")]
    [InlineData(LogLevel.Information, "<6>", "info")]
    [InlineData(LogLevel.Warning, "<4>", "warn")]
    [InlineData(LogLevel.Error, "<3>", "fail")]
    [InlineData(LogLevel.Critical, "<2>", "crit")]
    public void A_line_begins_with_its_priority_for_the_journal_and_else_with_the_time(
        LogLevel level,
        string priority,
        string word
    )
    {
        Assert.Equal($"{priority}Cat.Egory: said\n", Written(forJournal: true, "said", level: level));
        Assert.Matches(
            $@"\A\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ {word}: Cat\.Egory: said\n\z",
            Written(false, "said", level: level)
        );
    }

    [Theory]
    [InlineData("a\nb", @"a\u{0A}b")]
    [InlineData("a\r\nb\tc", @"a\u{0D}\u{0A}b c")]
    [InlineData("\u001b[31mred", @"\u{1B}[31mred")]
    [InlineData("\u202eabc", @"\u{202E}abc")]
    [InlineData("\u2028<3>forged", @"\u{2028}<3>forged")]
    [InlineData("Jörg → 日本 🙂", "Jörg → 日本 🙂")]
    public void What_nobody_sees_stands_as_its_number(string said, string written) =>
        Assert.Equal($"<6>Cat.Egory: {written}\n", Written(true, said));

    [Fact]
    public void A_half_of_a_character_is_no_fault() =>
        Assert.EndsWith("a\uFFFDb\n", Written(true, "a\ud800b"), StringComparison.Ordinal);

    [Fact]
    public void No_text_makes_two_lines()
    {
        var random = new Random(10);
        for (var round = 0; round < 2000; round++)
        {
            var said = string.Concat(
                Enumerable
                    .Range(0, random.Next(1, 20))
                    .Select(_ =>
                        random.Next(3) == 0 ? Breaks[random.Next(Breaks.Length)] : $"{(char)random.Next(1, 0xD7FF)}"
                    )
            );
            foreach (var forJournal in new[] { true, false })
            {
                var line = Written(forJournal, said, new InvalidOperationException(said));
                Assert.EndsWith("\n", line, StringComparison.Ordinal);
                Assert.DoesNotContain(line[..^1], char.IsControl);
                Assert.DoesNotContain(line[..^1], c => c is '\u2028' or '\u2029');
            }
        }
    }

    [Fact]
    public void A_stack_trace_is_in_the_line_of_its_fact()
    {
        static InvalidOperationException Thrown()
        {
            try
            {
                throw new InvalidOperationException("first\nsecond");
            }
            catch (InvalidOperationException e)
            {
                return e;
            }
        }
        var line = Written(true, "it failed", Thrown());
        Assert.Contains(
            "it failed | System.InvalidOperationException: first | second | at ",
            line,
            StringComparison.Ordinal
        );
        Assert.Equal(1, line.Count(c => c == '\n'));
    }

    [Fact]
    public void A_line_has_an_end()
    {
        var line = Written(true, new string('x', 1_000_000));
        Assert.InRange(line.Length, 1000, 40_000);
        Assert.EndsWith("... (1000000 characters)\n", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8:4711", "socket:[4711]", "socket:[4711]", true)]
    [InlineData("8:4711", "pipe:[4711]", null, true)]
    // Two streams: the variable names that of the errors.
    [InlineData("8:4711", "socket:[9]", "socket:[4711]", true)]
    // Output goes into a file, a pipe, or another journal's child's.
    [InlineData("8:4711", "/var/log/console.log", "socket:[4711]", false)]
    [InlineData("8:4711", "pipe:[9]", "socket:[4711]", false)]
    [InlineData("8:4711", "socket:[9]", "socket:[10]", false)]
    [InlineData("8:4711", null, null, false)]
    [InlineData(null, "socket:[4711]", "socket:[4711]", false)]
    [InlineData("", "socket:[4711]", "socket:[4711]", false)]
    [InlineData("4711", "socket:[4711]", "socket:[4711]", false)]
    public void The_journal_is_known_by_its_stream(string? stream, string? output, string? errors, bool reads) =>
        Assert.Equal(reads, JournalStream.Reads(stream, output, errors));

    [Fact]
    public void Of_many_alike_the_first_is_told_and_then_how_many_there_were()
    {
        var (told, clock) = (new List<string>(), new OneTimer());
        using var rarely = new RarelyTold(TimeSpan.FromMinutes(1), clock, told.Add);
        for (var i = 0; i < 500; i++)
            rarely.Note($"refused {i}.");
        Assert.Equal("refused 0.", Assert.Single(told));
        clock.Fire!();
        Assert.Equal("refused 499; it happened 499 times more within 60 s, this was the last.", told[1]);
        rarely.Note("refused again.");
        Assert.Equal(2, told.Count);
        clock.Fire();
        Assert.Equal("refused again; it happened once more within 60 s, this was the last.", told[2]);
        // After a minute of silence the next one is told at once.
        clock.Fire();
        Assert.Null(clock.Fire);
        rarely.Note("refused anew.");
        Assert.Equal(["refused anew."], told[3..]);
    }

    private sealed class OneTimer : TimeProvider, ITimer
    {
        public Action? Fire { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Fire = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => Fire = null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private static string Written(
        bool forJournal,
        string said,
        Exception? exception = null,
        LogLevel level = LogLevel.Information
    )
    {
        using var to = new StringWriter();
        var entry = new LogEntry<string>(level, "Cat.Egory", default, said, exception, (text, _) => text);
        new LogLines(forJournal, TimeProvider.System).Write(entry, null, to);
        return to.ToString();
    }
}
