using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TestServers.Tests.Stage;

/// <summary>Looks at the lab's machine from the outside, and does to it what accidents do.</summary>
internal static partial class LabHost
{
    public static string Root() => Sources.Of("");

    /// <summary>Runs a program of this machine to its end and gives back what it said.</summary>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await complained}");
        return await said;
    }

    public static int ProcessOf(this LabFixture lab, string name) =>
        int.Parse(File.ReadAllText(Path.Combine(lab.Folder, "pid", name)).Split([' ', '\n'])[0]);

    public static Task Signal(this LabFixture lab, string name, string signal) =>
        Run("kill", $"-{signal}", $"{lab.ProcessOf(name)}");

    /// <summary>Ends a process of the lab, and waits for it: what completes the lab would keep it.</summary>
    public static async Task Kill(this LabFixture lab, string name, string signal = "KILL")
    {
        var process = lab.ProcessOf(name);
        await lab.Signal(name, signal);
        await Wait.Until($"{name} has ended", () => !IsAlive(process));
    }

    /// <summary>Whether a process is there and is more than what its parent has not asked for yet.</summary>
    public static bool IsAlive(int process) =>
        Read($"/proc/{process}/stat") is { Length: > 0 } stat && !Gone().IsMatch(stat);

    /// <summary>
    /// Ends the ssh connections of a console that has ended, whose runtime folder this is. One that has ended by itself
    /// is no failure.
    /// </summary>
    public static async Task EndSharedConnections(string runtime)
    {
        foreach (var socket in Directory.EnumerateFiles(runtime).Where(IsSharedConnection))
            await LabProcesses.Try("ssh", "-o", $"ControlPath={socket}", "-O", "exit", "none");
    }

    /// <summary>Whether a file of a runtime folder is the socket of a connection of the program ssh.</summary>
    public static bool IsSharedConnection(string file) => SharedConnection().IsMatch(Path.GetFileName(file));

    /// <summary>
    /// Ends the ssh connection to a server that the console keeps, so that its next call makes a new one. One that has
    /// ended by itself is no failure.
    /// </summary>
    public static Task EndSharedConnection(this LabFixture lab, string server) =>
        EndSharedConnectionTo(lab, lab.AddressOf(server));

    /// <summary>The same by the host's address.</summary>
    public static async Task EndSharedConnectionTo(this LabFixture lab, string address)
    {
        // The program ssh takes its socket away; a connection of the console's own ends with the process at its other
        // end.
        var programs = await At("dst", "ssh");
        await LabProcesses.Signal("TERM", programs);
        await Wait.Until("they have ended", () => !programs.Any(p => Directory.Exists($"/proc/{p}")));
        await LabProcesses.Signal("KILL", await At("src", "sshd"));

        async Task<int[]> At(string end, string program)
        {
            var ends = await Run("ss", "-Hntp", "state", "established", end, $"{address}:{lab.SshPort}");
            var processes = ProcessOfSocket().Matches(ends).Where(m => m.Groups[1].Value == program);
            return [.. processes.Select(m => int.Parse(m.Groups[2].Value)).Distinct()];
        }
    }

    /// <summary>Completes a lab of which something was killed.</summary>
    /// <param name="options">More of `lab up`.</param>
    public static Task Mend(this LabFixture lab, params string[] options) =>
        Run(Path.Combine(Root(), "scripts/dev/lab"), ["up", "--dir", lab.Folder, .. options]);

    /// <summary>Asks the lab's PostgreSQL as its superuser.</summary>
    public static async Task<string[]> Sql(this LabFixture lab, string sql)
    {
        var database = lab.Status.GetProperty("database");
        string[] psql =
        [
            "psql",
            "-X",
            "-q",
            "-At",
            "-h",
            database.Text("socket")!,
            "-p",
            database.Text("port")!,
            "-U",
            database.Text("superuser")!,
            "-d",
            "postgres",
            "-c",
            sql,
        ];
        return (await lab.AsOwner(psql)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Asks a copy as the app does: over TCP, with the app's own role and password.</summary>
    public static async Task<string> SqlIn(this LabFixture lab, string copy, string sql)
    {
        var database = lab.Status.GetProperty("database");
        var app = copy.Split('_')[1];
        var password = File.ReadAllText(Path.Combine(lab.Folder, "secrets", $"{app}.password")).Trim();
        // In a file: what stands in an argument or variable can be read by others.
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["password"], $"*:*:*:*:{password}\n");
        File.SetUnixFileMode(folder["password"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return await Run(
            "env",
            $"PGPASSFILE={folder["password"]}",
            "psql",
            "-X",
            "-q",
            "-At",
            "-h",
            database.Text("address")!,
            "-p",
            database.Text("port")!,
            "-U",
            app,
            "-d",
            copy,
            "-c",
            sql
        );
    }

    /// <summary>Processes that the host programs of this lab have started and that are still there.</summary>
    public static IEnumerable<string> Scripts(this LabFixture lab) => lab.Runs().Select(p => p.Command);

    /// <summary>
    /// Waits until all that run now have ended, those of other stories' consoles among them; what the lab's own console
    /// goes on to ask is nobody's business here.
    /// </summary>
    public static Task ScriptsHaveEnded(this LabFixture lab, string what, double seconds = 40)
    {
        var marks = lab.Runs().Select(r => r.Mark).ToHashSet(StringComparer.Ordinal);
        return UntilGone(what, () => lab.Runs().Where(r => marks.Contains(r.Mark)).Select(r => r.Command), seconds);
    }

    /// <summary>Waits until none runs at all: the lab's own console is down, and asks nobody.</summary>
    public static Task NoScriptIsLeft(this LabFixture lab, double seconds) =>
        UntilGone("no script is left on any host", lab.Scripts, seconds);

    private static Task UntilGone(string what, Func<IEnumerable<string>> left, double seconds) =>
        Wait.Until(
            what,
            () => Task.FromResult(!left().Any()),
            seconds,
            () => Task.FromResult<string?>($"There are: {string.Join("; ", left())}")
        );

    /// <summary>The same, each with the mark of the run that it belongs to.</summary>
    public static IEnumerable<(string Mark, string Command)> Runs(this LabFixture lab) =>
        from folder in Directory.EnumerateDirectories("/proc")
        where char.IsAsciiDigit(Path.GetFileName(folder)[0])
        let environment = Read(folder + "/environ")
        where environment.Contains($"CONSOLE_LAB={lab.Folder}\0", StringComparison.Ordinal)
        from mark in environment.Split('\0')
        where mark.StartsWith("CONSOLE_RUN=", StringComparison.Ordinal)
        select (mark, Read(folder + "/cmdline").Replace('\0', ' '));

    /// <summary>Databases that are nobody's: half-made, or left behind.</summary>
    public static Task<string[]> Leftovers(this LabFixture lab) =>
        lab.Sql("SELECT datname FROM pg_database WHERE datname ~ '^(draft|old)_'");

    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"\) [ZX] ")]
    private static partial Regex Gone();

    [GeneratedRegex("^[0-9a-f]{40}$")]
    private static partial Regex SharedConnection();

    [GeneratedRegex("\"(sshd?)\",pid=([0-9]+)")]
    private static partial Regex ProcessOfSocket();
}
