using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>How a command of the console has ended.</summary>
internal sealed record ConsoleAnswer(int Exit, string Output, string Errors);

/// <summary>The program's own commands, as an administrator gives them.</summary>
internal static class ConsoleShell
{
    /// <summary>Gives one with a console's settings, and waits for its end.</summary>
    public static Task<ConsoleAnswer> Command(this ConsoleProcess console, params string[] words) =>
        Give([.. words, "--settings", Path.Combine(console.Folder, "console.json")]);

    /// <summary>Gives one.</summary>
    /// <param name="words">All arguments.</param>
    /// <param name="within">What leads it, such as another account.</param>
    /// <param name="program">The program, when it is not the usual one.</param>
    public static async Task<ConsoleAnswer> Give(string[] words, string[]? within = null, string? program = null)
    {
        string[] all = [.. within ?? [], "dotnet", program ?? ConsoleProcess.Program, .. words];
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
        return new(process.ExitCode, await said, await complained);
    }
}
