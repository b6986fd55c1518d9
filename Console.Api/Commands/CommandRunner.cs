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
    public async Task<CommandResult> Run(
        Command command,
        Action<string> onLine,
        CancellationToken cancel,
        CancellationToken force = default
    )
    {
        if (cancel.IsCancellationRequested)
            return new(CommandOutcome.Cancelled, -1, "");
        using var process = new RunningProcess(command, onLine);
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            var why = (e.InnerException ?? e).Message;
            var advice = "Is it installed, and on the PATH of the console?";
            return new(CommandOutcome.NotStarted, -1, $"{command.Program} could not be started: {why}. {advice}");
        }
        return await Attendance.To(process, command, cancel, force);
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
                .FirstOrDefault(File.Exists)
                ?? throw new IOException("it is on no folder of the PATH");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    /// <summary>One process with its three streams.</summary>
    private sealed class RunningProcess(Command command, Action<string> onLine) : IRunningCommand, IDisposable
    {
        private readonly LastWords _errors = new();
        private readonly CancellationTokenSource _kill = new();
        private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _tooMuch = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CommandTask<CliWrap.CommandResult>? _task;

        public Task Ended => Running.Task;

        public Task TooMuch => _tooMuch.Task;

        private CommandTask<CliWrap.CommandResult> Running =>
            _task ?? throw new InvalidOperationException("It was not started.");

        public void Start() =>
            // What is not read yet stays with who writes it: the streams are read here, line by line.
            _task = Cli.Wrap(PathOf(command.Lifeline ? command.Program : "timeout"))
                .WithArguments(Arguments())
                .WithEnvironmentVariables(command.Environment.ToDictionary(v => v.Key, v => (string?)v.Value))
                .WithValidation(CommandResultValidation.None)
                .WithStandardInputPipe(PipeSource.Create(Feed))
                .WithStandardOutputPipe(PipeTarget.Create((output, _) => Read(output, onLine, command.LargestOutput)))
                .WithStandardErrorPipe(PipeTarget.Create((errors, _) => Read(errors, _errors.Keep, 1 << 20)))
                .ExecuteAsync(_kill.Token, CancellationToken.None);

        public void AskToEnd()
        {
            if (command.Lifeline)
                _letGo.TrySetResult();
            // The library would send INT, which what a shell has put into the background does not hear.
            else if (!Ended.IsCompleted)
                _ = Signal(Running.ProcessId, SigTerm);
        }

        public async Task Kill()
        {
            await _kill.CancelAsync();
            // timeout leads a group that has its process id. It may be gone itself: killed, or told to end while it
            // started the program, which then nobody ends.
            if (!command.Lifeline && !Ended.IsCompleted)
                _ = Signal(-Running.ProcessId, SigKill);
            // Whoever still holds the pipe is no child that could be ended from here; a second is enough for those
            // that can.
            await Task.WhenAny(Ended, Task.Delay(TimeSpan.FromSeconds(1)));
        }

        // After a lifeline was let go, the program says how its cleaning up ended by its own exit code.
        public async Task<CommandResult> EndAs(CommandOutcome ending) =>
            new(ending, await ExitCode(), _errors.ToString());

        public void Dispose() => _letGo.TrySetResult();

        // timeout's own limit lies behind ours: it is there for the case that the console itself is gone.
        private IEnumerable<string> Arguments() =>
            command.Lifeline
                ? command.Arguments
                : ["--kill-after=1", $"{command.Limit.TotalSeconds + 1:0.###}", command.Program, .. command.Arguments];

        // Standard input is closed when this returns.
        private async Task Feed(Stream input, CancellationToken ended)
        {
            try
            {
                if (command.Input is not null)
                    await Write(input, command.Input, ended);
                if (command.Lifeline)
                    await FeedUntilLetGo(input, ended);
            }
            catch (IOException)
            {
                // It ended before it had read everything; its exit code and errors tell why.
            }
        }

        private async Task FeedUntilLetGo(Stream input, CancellationToken ended)
        {
            var letGo = _letGo.Task.WaitAsync(ended);
            while (command.Further is { } further)
            {
                var more = further.WaitToReadAsync(ended).AsTask();
                if (await Task.WhenAny(letGo, more) == letGo || !await more)
                    return;
                while (further.TryRead(out var text))
                    await Write(input, text, ended);
            }
            await letGo;
        }

        private static async Task Write(Stream input, string text, CancellationToken ended)
        {
            await input.WriteAsync(Encoding.UTF8.GetBytes(text), ended);
            await input.FlushAsync(ended);
        }

        private Task Read(Stream stream, Action<string> onLine, long most) =>
            LineReader.Read(stream, onLine, most, () => _tooMuch.TrySetResult());

        // -1 when it had to be killed.
        private async Task<int> ExitCode()
        {
            if (!Ended.IsCompleted)
                return -1;
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
    }
}
