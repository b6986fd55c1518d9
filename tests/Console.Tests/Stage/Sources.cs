using System.Runtime.CompilerServices;

namespace TestServers.Tests.Stage;

/// <summary>Where the project's files are, from wherever the tests run.</summary>
internal static class Sources
{
    /// <summary>A file or folder of the project.</summary>
    /// <param name="name">Seen from its root.</param>
    public static string Of(string name) => Path.Combine(Here(), name);

    /// <summary>The folder of the program's sources.</summary>
    public static string Root() => Of("Console.Api");

    private static string Here([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
