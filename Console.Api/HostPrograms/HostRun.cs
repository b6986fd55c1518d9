using System.Threading.Channels;
using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <summary>
/// One start of a host's program, for one call or several that follow each other. Each call has its own limit, can be
/// cancelled, and ends as if it were alone; the first that is not done is the last.
/// </summary>
/// <param name="start">Starts the command, calls the second for each line, and ends it by the tokens: asked,
/// forced.</param>
/// <param name="stopping">The console stops.</param>
internal sealed class HostRun(
    Transport transport,
    Func<Command, Action<string>, CancellationToken, CancellationToken, Task<CommandResult>> start,
    CancellationToken stopping
) : IDisposable
{
    // The program waits longer than that: what is sent to it comes in time.
    private const int SecondsForNext = 5;
    private static readonly TimeSpan MostIdle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(5);

    private readonly Channel<string> _input = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource _ask = new(),
        _force = new();
    private readonly Lock _turning = new();
    private Task<CommandResult>? _ended;
    private HostAnswer? _answer;
    private TaskCompletionSource _done = new();
    private long _idleSince;

    /// <summary>Where it is.</summary>
    public Transport Transport => transport;

    /// <summary>Runs a call to its end.</summary>
    /// <param name="isFollowed">Another is to follow: when this one is done, the program waits for that.</param>
    /// <returns>Null: the program had ended, or is not to be trusted any more, and nothing of it has begun.</returns>
    public async Task<HostResult?> Run(HostCall call, bool isFollowed, CancellationToken cancel)
    {
        using var patience = new CallDeadlines(call.Transport.AnswerLimit, cancel, stopping);
        using var limit = new CancellationTokenSource(call.Limit);
        var isFirst = _ended is null;
        if (TakeTurn(call, patience) is not { } answer)
            return null;
        using var asked = patience.Ask.Register(_ask.Cancel);
        using var forced = patience.Force.Register(_force.Cancel);
        using var late = limit.Token.Register(_ask.Cancel);
        var values = HostInput.Of(call, isFirst ? null : call.Verb, isFollowed ? SecondsForNext : null);
        if (isFirst)
        {
            var command = transport.Start(call.Verb, values, Timeout.InfiniteTimeSpan);
            _ended = start(
                isFollowed ? command with { Further = _input.Reader } : command,
                Take,
                _ask.Token,
                _force.Token
            );
        }
        else
            _input.Writer.TryWrite(values);
        await Task.WhenAny(_done.Task, _ended!);
        if (answer.IsDone)
            return new(HostOutcome.Done, "", answer.Results) { LeftOut = answer.LeftOut };
        var end = await _ended!;
        // It had ended by itself before it heard of this call.
        if (!isFirst && !answer.HasBegun && answer.Exit is not null && !cancel.IsCancellationRequested)
            return null;
        if (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
            end = end with
            {
                Outcome = end.Outcome == CommandOutcome.Cancelled ? CommandOutcome.TimedOut : end.Outcome,
            };
        var isSilent = patience.Force.IsCancellationRequested && !cancel.IsCancellationRequested;
        return HostVerdict.Of(call, answer, end, isSilent, isFirst);
    }

    /// <summary>No call follows: the program ends by itself, and nobody waits for it.</summary>
    public void Dispose()
    {
        _input.Writer.TryComplete();
        if (_ended is { IsCompleted: false } ending)
        {
            _ask.CancelAfter(LeaveLimit);
            _ = ending.ContinueWith(_ => DisposeTokens(), TaskScheduler.Default);
        }
        else
            DisposeTokens();
    }

    private void DisposeTokens()
    {
        _ask.Dispose();
        _force.Dispose();
    }

    private HostAnswer? TakeTurn(HostCall call, CallDeadlines patience)
    {
        lock (_turning)
        {
            if (_ended is not null && (_ended.IsCompleted || _answer!.Exit is not null || IsIdleForLong))
                return null;
            _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _answer = new(call, patience, _answer);
        }
    }

    // The connection may be gone by then, which a new call would notice before anything begins.
    private bool IsIdleForLong => Environment.TickCount64 - _idleSince > MostIdle.TotalMilliseconds;

    private void Take(string line)
    {
        lock (_turning)
        {
            _answer!.Take(line);
            if (!_answer.IsDone || _done.Task.IsCompleted)
                return;
            _idleSince = Environment.TickCount64;
            _done.SetResult();
        }
    }
}
