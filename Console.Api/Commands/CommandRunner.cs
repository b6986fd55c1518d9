using System.ComponentModel;
using System.Text;
using Medallion.Shell;

namespace TestServers.Commands;

/// <summary>
/// The only place that starts a process. Every run ends: at its own end, at its limit, when cancelled, or when it says too much;
/// and what it started ends with it. A command without a lifeline is led by timeout(1), which makes a process group of its own and
/// ends the whole group, also when the console itself is killed; .NET's own Kill(entireProcessTree) leaves orphans behind.
/// </summary>
public sealed class CommandRunner
{
    private static readonly Shell Shell = new(options => options.ThrowOnError(false));

    /// <summary>Runs the command and calls <paramref name="onLine"/> for every line of standard output, one at a time.</summary>
    /// <param name="cancel">Asks it to end, and waits for that as long as its grace.</param>
    /// <param name="force">After it was asked to end: waits no longer.</param>
    /// <returns>How it ended; nothing is thrown for an ending of whatever kind.</returns>
    public async Task<CommandEnd> Run(Command command, Action<string> onLine, CancellationToken cancel, CancellationToken force = default)
    {
        if (cancel.IsCancellationRequested) return new(Ending.Cancelled, -1, "");
        Medallion.Shell.Command process;
        try
        {
            process = Start(command);
            // What is not read yet stays with who writes it; the library would keep gigabytes of it in memory.
            process.StandardOutput.StopBuffering();
            process.StandardError.StopBuffering();
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return new(Ending.NotStarted, -1, $"{command.Program} could not be started: {e.Message}. Is it installed, and on the PATH of the console?");
        }
        return await Attend(process, command, onLine, cancel, force);
    }

    private static async Task<CommandEnd> Attend(Medallion.Shell.Command process, Command command, Action<string> onLine, CancellationToken cancel, CancellationToken force)
    {
        var errors = new StringBuilder();
        var tooMuch = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = Lines.Read(process.StandardOutput.BaseStream, onLine, command.LargestOutput, () => tooMuch.TrySetResult());
        var error = Lines.Read(process.StandardError.BaseStream, line => Keep(errors, line), 1 << 20, () => tooMuch.TrySetResult());
        await Feed(process, command);

        using var limit = new CancellationTokenSource(command.Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var ended = Task.WhenAll(process.Task, output, error);
        var first = await Task.WhenAny(ended, tooMuch.Task, Task.Delay(Timeout.Infinite, either.Token));
        var ending = first == ended ? Ending.Exited : cancel.IsCancellationRequested ? Ending.Cancelled : limit.IsCancellationRequested ? Ending.TimedOut : Ending.TooMuchOutput;
        if (ending != Ending.Exited) await End(process, command, ended, force);
        if (ended.IsFaulted) await Observe(ended);
        lock (errors)
        {
            // After a lifeline was let go, the program says how its cleaning up ended by its own exit code.
            return new(ending, process.Task.IsCompletedSuccessfully ? process.Result.ExitCode : -1, errors.ToString().Trim());
        }
    }

    private static Medallion.Shell.Command Start(Command command)
    {
        // timeout's own limit lies behind ours: it is there for the case that the console itself is gone.
        IEnumerable<string> arguments = command.Lifeline
            ? command.Arguments
            : ["--kill-after=1", $"{command.Limit.TotalSeconds + 1:0.###}", command.Program, .. command.Arguments];
        return Shell.Run(PathOf(command.Lifeline ? command.Program : "timeout"), arguments,
            options => options.StartInfo(info =>
            {
                foreach (var (name, value) in command.Environment) info.Environment[name] = value;
            }));
    }

    // .NET would first look beside itself and in the folder it stands in; whoever can write a file called ssh there must not be run.
    private static string PathOf(string program) => Path.IsPathRooted(program) ? program
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new IOException("it is on no folder of the PATH");

    private static async Task Feed(Medallion.Shell.Command process, Command command)
    {
        try
        {
            if (command.Input is not null)
            {
                await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(command.Input));
                await process.StandardInput.BaseStream.FlushAsync();
            }
            if (!command.Lifeline) process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything; its exit code and errors tell why.
        }
    }

    private static async Task End(Medallion.Shell.Command process, Command command, Task ended, CancellationToken force)
    {
        if (command.Lifeline) CloseInput(process);
        else await process.TrySignalAsync(CommandSignal.FromSystemValue(15));
        if (await EndsWithin(ended, command.Grace, force)) return;
        process.Kill();
        // Whoever still holds the pipe is no child that could be ended from here; a second is enough for those that can.
        await EndsWithin(ended, TimeSpan.FromSeconds(1), CancellationToken.None);
    }

    private static void CloseInput(Medallion.Shell.Command process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    private static async Task<bool> EndsWithin(Task ended, TimeSpan time, CancellationToken force) => await Task.WhenAny(ended, Task.Delay(time, force)) == ended;

    private static async Task Observe(Task ended)
    {
        try
        {
            await ended;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // A pipe that broke when the process was killed.
        }
    }

    private static void Keep(StringBuilder errors, string line)
    {
        lock (errors)
        {
            errors.AppendLine(line);
            if (errors.Length > 4096) errors.Remove(0, errors.Length - 4096);
        }
    }
}
