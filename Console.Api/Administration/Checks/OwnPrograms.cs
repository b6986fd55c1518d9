using System.Security.Cryptography;
using System.Text;

namespace TestServers.Administration.Checks;

/// <summary>The host programs that have come with this console: scripts/ beside app/ and wwwroot/.</summary>
internal static class OwnPrograms
{
    /// <summary>The sum of a program's files, as scripts/shared/tools makes it; null: they are not here.</summary>
    /// <param name="program">guest or database-host.</param>
    public static string? SumOf(string program)
    {
        if (Find() is not { } scripts)
            return null;
        string[] folders = ["shared", program];
        var lines = folders
            .SelectMany(f => Directory.EnumerateFiles(Path.Combine(scripts, f), "*", SearchOption.AllDirectories))
            .Select(file => (Name: Path.GetRelativePath(scripts, file), Path: file))
            .OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => $"{Sum(File.ReadAllBytes(f.Path))}  {f.Name}\n");
        return Sum(Encoding.UTF8.GetBytes(string.Concat(lines)));
    }

    /// <summary>What to do where they are not here, so that those on the hosts are compared with nothing; else null.
    /// </summary>
    public static CheckedPart? Missing =>
        Find() is null
            ? CheckedPart.Warn(
                "host programs",
                "",
                "Whether the hosts have this version's programs was not looked at: no folder scripts/ is in "
                    + $"{Start} or above it. Install the package again, or copy this version's scripts/ to "
                    + $"{Path.Combine(Path.GetDirectoryName(Start) ?? Start, "scripts")}."
            )
            : null;

    private static string Start => AppContext.BaseDirectory.TrimEnd('/');

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(Start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "scripts");
            if (File.Exists(Path.Combine(candidate, "shared", "lifeline")))
                return candidate;
        }
        return null;
    }

    private static string Sum(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
