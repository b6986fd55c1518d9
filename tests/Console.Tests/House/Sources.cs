using System.Runtime.CompilerServices;

namespace TestServers.Tests.House;

/// <summary>Where the program's sources are.</summary>
internal static class Sources
{
    public static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "Console.Api"));
}
