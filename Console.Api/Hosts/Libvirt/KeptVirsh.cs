using System.Globalization;
using System.Threading.Channels;
using TestServers.Commands;

namespace TestServers.Hosts.Libvirt;

/// <summary>
/// One virsh that stays connected to a host and is asked by its standard input, so that asking starts no process and
/// logs in nowhere. It is asked by one caller at a time. When it does not answer well it is not asked again: a call of
/// its own then says why.
/// </summary>
internal sealed class KeptVirsh : IAsyncDisposable
{
    private readonly Channel<string> _asks = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _run;
    private Question? _question;
    private int _count;

    public KeptVirsh(CommandRunner runner, string uri) =>
        _run = runner.Run(Virsh.Stay(uri) with { Further = _asks.Reader }, Hear, _end.Token);

    /// <summary>The lines of `virsh list`; null: they did not come, or not in time.</summary>
    public async Task<IReadOnlyList<string>?> List(TimeSpan limit, CancellationToken cancel)
    {
        var question = new Question(string.Create(CultureInfo.InvariantCulture, $"answered-{++_count}"));
        Volatile.Write(ref _question, question);
        _asks.Writer.TryWrite($"{Virsh.ListWords}\necho {question.Mark}\n");
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(limit);
        await Task.WhenAny(question.Answered, _run, Task.Delay(Timeout.Infinite, late.Token));
        Volatile.Write(ref _question, null);
        return question.Answered is { IsCompletedSuccessfully: true, Result: { } lines } ? lines : null;
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _run;
        _end.Dispose();
    }

    private void Hear(string line) => Volatile.Read(ref _question)?.Hear(line);

    /// <summary>One list, up to the mark that is asked for behind it.</summary>
    private sealed class Question(string mark)
    {
        private readonly TaskCompletionSource<IReadOnlyList<string>?> _answered = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        private readonly List<string> _lines = [];
        private long _size;

        public string Mark => mark;

        /// <summary>Null: its answer has no end.</summary>
        public Task<IReadOnlyList<string>?> Answered => _answered.Task;

        public void Hear(string line)
        {
            _size += line.Length + LineReader.Cost;
            if (_size > Virsh.LargestList)
                _answered.TrySetResult(null);
            else if (line == mark)
                _answered.TrySetResult(_lines);
            // Before it stands a greeting, and within it what was asked, where a row would begin with a blank.
            else if (
                Virsh.IsHeader(line) || (_lines.Count > 0 && !line.StartsWith(Virsh.Prompt, StringComparison.Ordinal))
            )
                _lines.Add(line);
        }
    }
}
