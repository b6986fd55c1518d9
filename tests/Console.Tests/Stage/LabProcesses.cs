using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>Starts processes as the lab's own user, finds what they have started, and sends signals.</summary>
internal static class LabProcesses
{
    /// <summary>Runs a program to its end as the lab's user and gives back what it said.</summary>
    public static Task<string> AsOwner(this LabFixture lab, params string[] command) =>
        LabHost.Run(ProgramAs(lab.Owner), [.. ArgumentsAs(lab.Owner), .. command]);

    /// <summary>
    /// Starts a program as the lab's user, marked as one of the lab's, whose end also ends it. The process is the
    /// program's own.
    /// </summary>
    public static Process StartAsOwner(this LabFixture lab, params string[] command) => lab.StartWithin([], command);

    /// <summary>The same, behind the beginning of a command that says where.</summary>
    public static Process StartWithin(this LabFixture lab, string[] within, params string[] command)
    {
        string[] whole = [.. within, ProgramAs(lab.Owner), .. ArgumentsAs(lab.Owner), .. command];
        var start = new ProcessStartInfo(whole[0], whole[1..])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["CONSOLE_LAB"] = lab.Folder;
        return Process.Start(start)!;
    }

    /// <summary>
    /// Takes one of the host program's locks, which are flock(2)'s, and has it until what is given back is disposed.
    /// </summary>
    public static async Task<IDisposable> Hold(this LabFixture lab, params string[] path)
    {
        var locked = Path.Combine([lab.Folder, .. path]);
        await lab.AsOwner("touch", locked);
        FileStream? held = null;
        await Wait.Until(
            $"{locked} is nobody's",
            () =>
            {
                try
                {
                    // FileShare.None is the same lock.
                    held = new FileStream(locked, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                }
                catch (IOException)
                {
                    // Somebody has it.
                }
                return held is not null;
            },
            60
        );
        return held!;
    }

    /// <summary>Runs a program to its end, whichever that is.</summary>
    public static async Task Try(string program, params IEnumerable<string> arguments)
    {
        using var process = LocalTools.Start(program, arguments);
        await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(),
                process.StandardError.ReadToEndAsync(),
                process.WaitForExitAsync()
            )
            .WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>
    /// Returns when it has ended. Its output is not waited for: what it has left may hold that open for as long as it
    /// likes.
    /// </summary>
    public static Task HasEnded(this Process process) =>
        Wait.Until($"process {process.Id} has ended", () => process.HasExited, 60);

    /// <summary>Kills it with everything that it has started, which goes on starting more until it is killed.</summary>
    public static async Task KillAll(this Process process)
    {
        // What stands still starts nothing.
        await Signal("STOP", process.Id);
        for (var before = 0; Tree(process.Id) is var all && all.Count > before; before = all.Count)
            await Signal("STOP", all.Select(p => p.Id));
        await Signal("KILL", Tree(process.Id).Select(p => p.Id));
        await process.HasEnded();
    }

    /// <summary>Signals processes; one that has ended is no failure.</summary>
    public static Task Signal(string signal, params IEnumerable<int> processes) =>
        Try("kill", [$"-{signal}", .. processes.Select(p => $"{p}")]);

    /// <summary>A process with everything that it and those have started and that is still there.</summary>
    public static List<(int Id, string Name)> Tree(int root)
    {
        var all = Directory
            .EnumerateDirectories("/proc")
            .Where(f => char.IsAsciiDigit(Path.GetFileName(f)[0]))
            .Select(f => LabHost.Read(f + "/stat"))
            .Where(s => s.Length > 0)
            .Select(Parse)
            .ToList();
        var found = all.Where(p => p.Id == root).ToList();
        for (var i = 0; i < found.Count; i++)
            found.AddRange(all.Where(p => p.Parent == found[i].Id));
        return [.. found.Select(p => (p.Id, p.Name))];
    }

    private static (int Id, string Name, int Parent) Parse(string stat)
    {
        var (open, close) = (stat.IndexOf('(', StringComparison.Ordinal), stat.LastIndexOf(')'));
        return (int.Parse(stat[..open]), stat[(open + 1)..close], int.Parse(stat[(close + 2)..].Split(' ')[1]));
    }

    /// <summary>Writes a bash program that everybody may run.</summary>
    public static void WriteProgram(string path, string text)
    {
        File.WriteAllText(path, $"#!/bin/bash\n{text}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    // setpriv becomes the program, unlike runuser: its process id is the program's.
    internal static string ProgramAs(string owner) => Environment.UserName == owner ? "env" : "setpriv";

    internal static string[] ArgumentsAs(string owner) =>
        Environment.UserName == owner
            ? []
            :
            [
                $"--reuid={owner}",
                $"--regid={owner}",
                "--init-groups",
                "--",
                "env",
                $"USER={owner}",
                $"LOGNAME={owner}",
            ];
}
