using System.Collections.Concurrent;

namespace TestServers.Storage;

/// <summary>A file that the disk refused to write.</summary>
/// <param name="Since">When it did so first.</param>
public sealed record DiskTrouble(string Path, string Message, DateTimeOffset Since);

/// <summary>
/// Which files the disk refuses now, each for itself: another file that can be written says nothing about it. A file is
/// well again when it was written, or when it was tried whether it can be.
/// </summary>
public static class DiskTroubles
{
    private static readonly ConcurrentDictionary<string, (DiskTrouble Trouble, Action Probe)> Known = new(
        StringComparer.Ordinal
    );

    /// <summary>Raised when a file is refused that was well before.</summary>
    public static event Action<DiskTrouble>? Began;

    /// <summary>Raised when such a file can be written again.</summary>
    public static event Action<DiskTrouble>? Ended;

    /// <summary>
    /// Held while a file is removed, and while it is looked whether one still is whose it was: what has been removed is
    /// never written again, nor is what came after it under its name. Taken after a file's own lock, never before.
    /// </summary>
    internal static readonly Lock Removals = new();

    /// <summary>All files that are refused now, the oldest trouble first.</summary>
    public static IReadOnlyList<DiskTrouble> Open => [.. Known.Values.Select(k => k.Trouble).OrderBy(t => t.Since)];

    /// <summary>Takes note that a file was refused.</summary>
    /// <param name="probe">Tries whether it can be written by now; throws <see cref="DiskRefused"/> when not.</param>
    public static void Note(string path, DiskRefused refused, Action probe)
    {
        var trouble = new DiskTrouble(path, refused.Message, DateTimeOffset.UtcNow);
        if (Known.TryAdd(path, (trouble, probe)))
            Began?.Invoke(trouble);
        else if (Known.TryGetValue(path, out var known))
            Known.TryUpdate(path, (known.Trouble with { Message = refused.Message }, probe), known);
    }

    /// <summary>Takes note that a file was written.</summary>
    public static void Clear(string path)
    {
        if (Known.TryRemove(path, out var known))
            Ended?.Invoke(known.Trouble);
    }

    /// <summary>Takes note that a file was removed: nothing is to be tried any more.</summary>
    internal static void Forget(string path) => Known.TryRemove(path, out _);

    /// <summary>Whether a file is refused, and it is this that tries it.</summary>
    internal static bool IsTriedBy(string path, Action probe) =>
        Known.TryGetValue(path, out var known) && known.Probe == probe;

    /// <summary>Tries each file that is refused.</summary>
    /// <returns>Those that still are.</returns>
    public static IReadOnlyList<DiskTrouble> Probe()
    {
        foreach (var (path, (_, probe)) in Known)
        {
            try
            {
                probe();
                Clear(path);
            }
            catch (DiskRefused refused)
            {
                Note(path, refused, probe);
            }
        }
        return Open;
    }
}
