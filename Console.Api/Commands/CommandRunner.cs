using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using CliWrap;

namespace TestServers.Commands;

/// <summary>
/// The only place that starts a process. Every run ends: at its own end, at its limit, when cancelled, or when it says
/// too much; and what it started ends with it. A command without a lifeline is led by timeout(1), which makes a process
/// group of its own and ends the whole group, also when the console itself is killed; .NET's own
/// Kill(entireProcessTree) leaves orphans behind.
/// </summary>
public sealed partial class CommandRunner
{
    private const int SigKill = 9;
    private const int SigTerm = 15;

    /// <summary>
    /// Runs the command and calls <paramref name="onLine"/> for every line of standard output, one at a time.
    /// </summary>
    /// <param name="cancel">Asks it to end, and waits for that as long as its grace.</param>
    /// <param name="force">After it was asked to end: waits no longer.</param>
    /// <returns>How it ended; nothing is thrown for an ending of whatever kind.</returns>
    public async Task<CommandEnd> Run(
        Command command,
        Action<string> onLine,
        CancellationToken cancel,
        CancellationToken force = default
    )
    {
        if (cancel.IsCancellationRequested) return new(Ending.Cancelled, -1, "");
        using var process = new RunningProcess(command, onLine);
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            var why = (e.InnerException ?? e).Message;
            var advice = "Is it installed, and on the PATH of the console?";
            return new(Ending.NotStarted, -1, $"{command.Program} could not be started: {why}. {advice}");
        }
        return await Attend(process, command, cancel, force);
    }

    private static async Task<CommandEnd> Attend(
        RunningProcess process,
        Command command,
        CancellationToken cancel,
        CancellationToken force
    )
    {
        using var limit = new CancellationTokenSource(command.Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var first = await Task.WhenAny(process.Ended, process.TooMuch, Task.Delay(Timeout.Infinite, either.Token));
        var ending =
            first == process.Ended ? Ending.Exited
            : cancel.IsCancellationRequested ? Ending.Cancelled
            : limit.IsCancellationRequested ? Ending.TimedOut
            : Ending.TooMuchOutput;
        if (ending != Ending.Exited)
        {
            process.AskToEnd();
            if (!await process.EndsWithin(command.Grace, force)) await process.Kill();
        }
        // After a lifeline was let go, the program says how its cleaning up ended by its own exit code.
        return new(ending, await process.ExitCode(), process.Errors);
    }

    // .NET would first look beside itself and in the folder it stands in; whoever can write a file called ssh there
    // must not be run.
    private static string PathOf(string program) =>
        Path.IsPathRooted(program)
            ? program
            : (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(':')
                .Where(Path.IsPathRooted)
                .Select(folder => Path.Combine(folder, program))
                .FirstOrDefault(File.Exists) ?? throw new IOException("it is on no folder of the PATH");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    /// <summary>One process with its three streams.</summary>
    private sealed class RunningProcess(Command command, Action<string> onLine) : IDisposable
    {
        private readonly StringBuilder _errors = new();
        private readonly CancellationTokenSource _kill = new();
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _tooMuch = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CommandTask<CommandResult>? _task;

        /// <summary>It has ended, and all that held its output have.</summary>
        public Task Ended => Running.Task;

        /// <summary>It has said more than it may.</summary>
        public Task TooMuch => _tooMuch.Task;

        /// <summary>The last of what it said on standard error.</summary>
        public string Errors
        {
            get
            {
                lock (_errors) return _errors.ToString().Trim();
            }
        }

        private CommandTask<CommandResult> Running =>
            _task ?? throw new InvalidOperationException("It was not started.");

        public void Start() =>
            // What is not read yet stays with who writes it: the streams are read here, line by line.
            _task = Cli.Wrap(PathOf(command.Lifeline ? command.Program : "timeout"))
                .WithArguments(Arguments())
                .WithEnvironmentVariables(command.Environment.ToDictionary(v => v.Key, v => (string?)v.Value))
                .WithValidation(CommandResultValidation.None)
                .WithStandardInputPipe(PipeSource.Create(Feed))
                .WithStandardOutputPipe(PipeTarget.Create((output, _) => Read(output, onLine, command.LargestOutput)))
                .WithStandardErrorPipe(PipeTarget.Create((errors, _) => Read(errors, Keep, 1 << 20)))
                .ExecuteAsync(_kill.Token, CancellationToken.None);

        public void AskToEnd()
        {
            if (command.Lifeline) _letGo.TrySetResult();
            // The library would send INT, which what a shell has put into the background does not hear.
            else if (!Ended.IsCompleted) _ = Signal(Running.ProcessId, SigTerm);
        }

        public async Task<bool> EndsWithin(TimeSpan time, CancellationToken force) =>
            await Task.WhenAny(Ended, Task.Delay(time, force)) == Ended;

        public async Task Kill()
        {
            await _kill.CancelAsync();
            // timeout leads a group that has its process id. It may be gone itself: killed, or told to end while it
            // started the program, which then nobody ends.
            if (!command.Lifeline && !Ended.IsCompleted) _ = Signal(-Running.ProcessId, SigKill);
            // Whoever still holds the pipe is no child that could be ended from here; a second is enough for those
            // that can.
            await EndsWithin(TimeSpan.FromSeconds(1), CancellationToken.None);
        }

        /// <summary>Its exit code, or -1 when it had to be killed.</summary>
        public async Task<int> ExitCode()
        {
            if (!Ended.IsCompleted) return -1;
            try
            {
                return (await Running).ExitCode;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // It was killed, or a pipe broke when it was.
                return -1;
            }
        }

        public void Dispose() => _letGo.TrySetResult();

        // timeout's own limit lies behind ours: it is there for the case that the console itself is gone.
        private IEnumerable<string> Arguments() =>
            command.Lifeline
                ? command.Arguments
                :
                [
                    "--kill-after=1",
                    $"{command.Limit.TotalSeconds + 1:0.###}",
                    command.Program,
                    .. command.Arguments,
                ];

        // Standard input is closed when this returns.
        private async Task Feed(Stream input, CancellationToken ended)
        {
            try
            {
                if (command.Input is not null)
                {
                    await input.WriteAsync(Encoding.UTF8.GetBytes(command.Input), ended);
                    await input.FlushAsync(ended);
                }
            }
            catch (IOException)
            {
                // It ended before it had read everything; its exit code and errors tell why.
                return;
            }
            if (command.Lifeline) await _letGo.Task.WaitAsync(ended);
        }

        private Task Read(Stream stream, Action<string> onLine, long most) =>
            Lines.Read(stream, onLine, most, () => _tooMuch.TrySetResult());

        private void Keep(string line)
        {
            lock (_errors)
            {
                _errors.AppendLine(line);
                if (_errors.Length > 4096) _errors.Remove(0, _errors.Length - 4096);
            }
        }
    }
}
