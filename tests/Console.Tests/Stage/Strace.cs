using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>Attaches strace to a console: it sees the calls of all threads, and can have the kernel refuse
/// some.</summary>
internal static class Strace
{
    /// <summary>Returns when it is attached; whoever kills it detaches it.</summary>
    public static async Task<Process> Attach(ConsoleProcess console, IEnumerable<string> options)
    {
        var strace = Process.Start(
            new ProcessStartInfo("strace", ["-f", .. options, "-p", $"{console.Id}"])
            {
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var attached = new TaskCompletionSource();
        strace.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("attached", StringComparison.Ordinal) == true)
                attached.TrySetResult();
        };
        strace.BeginErrorReadLine();
        await attached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        return strace;
    }
}
