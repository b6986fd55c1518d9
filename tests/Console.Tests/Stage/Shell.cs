using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>bash, for what a test prepares on a disk and looks at there.</summary>
internal static class Shell
{
    /// <summary>Runs a command that must succeed, and gives back its output.</summary>
    public static string Run(string command, string folder = "/")
    {
        using var bash = Process.Start(
            new ProcessStartInfo("bash", ["-ec", command])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var output = bash.StandardOutput.ReadToEnd();
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
        return output;
    }

    /// <summary>Every name below a folder with its kind, size and where it leads, and every file's sum.</summary>
    public static string Listing(string folder) =>
        Run("find . -printf '%p %y %s %l\\n' | sort; find . -type f -exec sha256sum {} + | sort", folder);
}
