using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Renci.SshNet;
using Renci.SshNet.Common;
using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <summary>
/// One program on a host, from the wish for a connection to its end. What has begun is never begun again.
/// </summary>
internal sealed class SshCall : IRunningCommand
{
    private readonly Command _command;
    private readonly LastWords _errors = new();
    private readonly Lock _asking = new();
    private readonly TaskCompletionSource _tooMuch = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _unwanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _read;
    private SshConnection? _connection;
    private SshCommand? _there;
    private Task? _running;
    private SshInput? _input;
    private SshFault? _fault;
    private bool _isAsked;

    /// <param name="command">Its program is the line that the host gets.</param>
    /// <param name="getConnection">
    /// Gives a connection that is in use for this call. With true it is one that no other call shares.
    /// </param>
    public SshCall(Command command, Action<string> onLine, Func<bool, Task<SshConnection>> getConnection)
    {
        _command = command;
        Output = new(Heard);
        Errors = new(Heard);
        _read = Task.WhenAll(
            LineReader.Read(Output.Reader, onLine, command.LargestOutput, () => _tooMuch.TrySetResult()),
            LineReader.Read(Errors.Reader, _errors.Keep, 1 << 20, () => _tooMuch.TrySetResult())
        );
        // A line's reader that throws ends the call, as it ends a process.
        _ = _read.ContinueWith(
            _ =>
            {
                Abandon();
                AskToEnd();
            },
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default
        );
        Ended = RunWhole(getConnection);
    }

    /// <summary>What the host is asked to run.</summary>
    public string Line => _command.Program;
    public SshOutput Output { get; }
    public SshOutput Errors { get; }
    public bool IsHeldBack => Output.IsHeldBack || Errors.IsHeldBack;
    public Task Ended { get; }
    public Task TooMuch => _tooMuch.Task;

    /// <summary>It has begun.</summary>
    public void Run(SshCommand there, Task running) => (_there, _running) = (there, running);

    /// <summary>Sends the input; standard input stays open as the lifeline until it is asked to end.</summary>
    public void Send(SshCommand command)
    {
        try
        {
            var input = new SshInput(command);
            input.Send(Encoding.UTF8.GetBytes(_command.Input ?? ""));
            lock (_asking)
            {
                _input = input;
                if (!_isAsked)
                {
                    if (_command.Further is { } further)
                        _ = SendFurther(input, further);
                    return;
                }
            }
            LetGo(input);
        }
        catch (Exception e) when (IsOfTheConnection(e) || e is InvalidOperationException)
        {
            // It ended before it had read everything; its exit code and errors tell why.
        }
    }

    public void AskToEnd()
    {
        SshInput? input;
        lock (_asking)
        {
            _isAsked = true;
            input = _input;
        }
        // What has not begun does not.
        _unwanted.TrySetResult();
        if (input is not null)
            _ = Task.Run(() => LetGo(input));
    }

    public async Task Kill()
    {
        // Whatever the host does with it, no other call has to share its fate.
        _connection?.Retire();
        Abandon();
        if (_there is { } there)
            _ = Task.Factory.StartNew(
                there.Dispose,
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
        await Task.WhenAny(Ended, Task.Delay(TimeSpan.FromSeconds(1)));
    }

    public async Task<CommandResult> EndAs(CommandOutcome ending)
    {
        if (Ended.IsFaulted)
            await Ended;
        var code = _there?.ExitStatus ?? -1;
        var fault = _fault ?? (code < 0 && _there?.ExitSignal is { } signal ? SshFault.Signal(signal) : null);
        if (code < 0 && ending == CommandOutcome.Exited)
            fault ??= SshFault.Closed;
        return new(ending, code, _errors.ToString()) { Fault = fault };
    }

    private static bool IsOfTheConnection(Exception e) =>
        e is SshException or SocketException or IOException or ObjectDisposedException;

    // A host may take what is sent slowly: each has a thread of its own, as the call has none to wait on.
    private static async Task SendFurther(SshInput input, ChannelReader<string> further)
    {
        try
        {
            await foreach (var text in further.ReadAllAsync())
            {
                await Task.Factory.StartNew(
                    () => input.Send(Encoding.UTF8.GetBytes(text)),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                );
            }
            LetGo(input);
        }
        catch (Exception e) when (IsOfTheConnection(e) || e is InvalidOperationException)
        {
            // It has ended; its exit code and errors tell why.
        }
    }

    private static void LetGo(SshInput input)
    {
        try
        {
            input.End();
        }
        catch (Exception e) when (IsOfTheConnection(e) || e is InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private async Task RunWhole(Func<bool, Task<SshConnection>> getConnection)
    {
        try
        {
            if (!await RunOn(getConnection(false), isAlone: false))
                await RunOn(getConnection(true), isAlone: true);
        }
        catch (SshFailure e)
        {
            _fault = e.Fault;
        }
        finally
        {
            Abandon();
        }
        await _read;
    }

    // False: the host opens no further channel on the shared connection, and nothing has begun.
    private async Task<bool> RunOn(Task<SshConnection> getting, bool isAlone)
    {
        if (await Task.WhenAny(getting, _unwanted.Task) != getting)
        {
            _ = LeaveWhenThere(getting, isAlone);
            return true;
        }
        var connection = _connection = await getting;
        try
        {
            if (_unwanted.Task.IsCompleted)
                return true;
            await Task.WhenAny(connection.Begin(this), connection.Lost).Unwrap();
            if (_running is { } running)
                await Task.WhenAny(running, connection.Lost).Unwrap();
            // An exit code may come before the last output: only the channel's end says that all was heard.
            if (connection.Lost.IsCompleted && _running is not { IsCompletedSuccessfully: true })
                _fault = await connection.Lost;
            else
                _there?.Dispose();
            return true;
        }
        catch (SshException e) when (e.GetType() == typeof(SshException) && _running is null && !isAlone)
        {
            return false;
        }
        catch (Exception e) when (IsOfTheConnection(e))
        {
            _fault = connection.Lost.IsCompleted ? await connection.Lost : SshFault.Of(e, hasGreeted: true);
            return true;
        }
        finally
        {
            connection.Forget(this);
            Leave(connection, isAlone);
        }
    }

    private static async Task LeaveWhenThere(Task<SshConnection> getting, bool isAlone)
    {
        try
        {
            Leave(await getting, isAlone);
        }
        catch (SshFailure)
        {
            // Nobody waits for it any more.
        }
    }

    private static void Leave(SshConnection connection, bool isAlone)
    {
        connection.Leave();
        if (isAlone)
            connection.Close();
    }

    private void Heard() => _connection?.Heard();

    private void Abandon()
    {
        Output.Abandon();
        Errors.Abandon();
    }
}
