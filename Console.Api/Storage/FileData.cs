using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TestServers.Storage;

/// <summary>Which parts of a file hold data: a hole of any size is passed over without reading it.</summary>
internal static partial class FileData
{
    private const int SeekData = 3,
        SeekHole = 4;

    /// <summary>
    /// The parts in their order, each from its first byte to the one after its last; all of it where the file system
    /// knows no holes.
    /// </summary>
    public static IReadOnlyList<(long From, long To)> Parts(SafeFileHandle file, long length)
    {
        var parts = new List<(long, long)>();
        for (long from, to = 0; to < length; parts.Add((from, to)))
        {
            from = lseek(file, to, SeekData);
            // None follows: from here to the end it is a hole.
            if (from < 0)
                break;
            to = lseek(file, from, SeekHole);
            if (to < 0)
                to = length;
        }
        return parts;
    }

#pragma warning disable SYSLIB1054, IDE1006, MA0053 // names of libc
    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(SafeFileHandle file, long offset, int whence);
#pragma warning restore SYSLIB1054, IDE1006, MA0053
}
