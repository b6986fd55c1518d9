using System.Text;

namespace TestServers.Storage;

/// <summary>
/// A file that only grows, a line a fact. A last line cut by a crash is cut off when the file is opened.
/// </summary>
public sealed class LineFile
{
    private const int Block = 1 << 20,
        BackBlock = 1 << 16;
    private readonly Lock _writing = new();
    private readonly string _path;

    /// <summary>Opens the file, or starts it with the first line that is added.</summary>
    /// <exception cref="UnreadableFile">It cannot be opened, or is no regular file.</exception>
    public LineFile(string path)
    {
        _path = path;
        if (FileKinds.BehindLinks(path) is not (FileKind.Missing or FileKind.Regular) and var kind)
            throw new UnreadableFile(
                $"Cannot use the state file {path}: it is {kind.Say()}. Move it away; a new one is begun with the "
                    + "next line."
            );
        try
        {
            CutOff = CutOffIncompleteLine();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableFile(
                $"Cannot use the state file {path}: {e.Message.TrimEnd('.')}. The console's account must be able to "
                    + "read and write it.",
                e
            );
        }
    }

    /// <summary>How many bytes of an incomplete last line were cut off when it was opened.</summary>
    public long CutOff { get; }

    /// <summary>Adds lines, which must hold no line feed; they are on disk when this returns.</summary>
    /// <exception cref="DiskRefused">The disk refused; none of the lines is there.</exception>
    public void Add(params IReadOnlyList<string> lines)
    {
        if (lines.Any(l => l.Contains('\n', StringComparison.Ordinal)))
            throw new ArgumentException("A fact is one line.", nameof(lines));
        lock (_writing)
        {
            var length = Length;
            try
            {
                Disk.Append(_path, string.Concat(lines.Select(l => l + "\n")));
                DiskTroubles.Clear(_path);
            }
            catch (DiskRefused refused)
            {
                Disk.Cut(_path, length, sync: true);
                DiskTroubles.Note(_path, refused, () => Disk.Probe(_path, appends: true));
                throw;
            }
        }
    }

    /// <summary>Bytes so far.</summary>
    public long Length => File.Exists(_path) ? new FileInfo(_path).Length : 0;

    /// <summary>The lines before a byte, the last one first, each with its first byte.</summary>
    /// <param name="before">The first byte of a line; null: from the end. What stands between a byte within a line and
    /// the line's begin is passed over.</param>
    public IEnumerable<(long Start, string Line)> Back(long? before = null)
    {
        using var file = Open(_path);
        foreach (var line in Back(file, before))
            yield return line;
    }

    /// <summary>Opens a file of lines to be read while it grows; null: there is none.</summary>
    internal static FileStream? Open(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="Back(long?)"/>
    internal static IEnumerable<(long Start, string Line)> Back(FileStream? file, long? before)
    {
        if (file is null || before <= 0)
            yield break;
        var (position, isWhole) = (Math.Min(before ?? long.MaxValue, file.Length), false);
        var rest = Array.Empty<byte>();
        while (position > 0)
        {
            var size = (int)Math.Min(BackBlock, position);
            position -= size;
            var bytes = new byte[size + rest.Length];
            file.Position = position;
            // An act that was refused meanwhile has cut it back.
            if (file.ReadAtLeast(bytes.AsSpan(0, size), size, throwOnEndOfStream: false) < size)
                yield break;
            rest.CopyTo(bytes, size);
            var end = bytes.Length;
            for (int at; (at = bytes.AsSpan(0, end).LastIndexOf((byte)'\n')) >= 0; end = at)
            {
                // What stands behind the last line feed is no line yet, or the begin of one.
                if (isWhole)
                    yield return (position + at + 1, Encoding.UTF8.GetString(bytes, at + 1, end - at - 1));
                isWhole = true;
            }
            rest = bytes[..end];
        }
        if (isWhole)
            yield return (0, Encoding.UTF8.GetString(rest));
    }

    /// <summary>Takes back what was added since the file had this length.</summary>
    /// <returns>Whether the disk did it.</returns>
    public bool CutTo(long length)
    {
        lock (_writing)
            return Length == length || Disk.Cut(_path, length, sync: true);
    }

    /// <summary>Whether these are the last lines.</summary>
    public bool EndsWith(IReadOnlyList<string> lines)
    {
        var end = Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));
        if (Length < end.Length)
            return end.Length == 0;
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = file.Length - end.Length;
        var found = new byte[end.Length];
        file.ReadExactly(found);
        return found.AsSpan().SequenceEqual(end);
    }

    private long CutOffIncompleteLine()
    {
        if (!File.Exists(_path))
            return 0;
        using var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var (length, end) = (file.Length, EndOfLastLine(file));
        if (end < length)
            file.SetLength(end);
        return length - end;
    }

    // In blocks from the end, without the holes: a crash can leave any number of NULs there.
    private static long EndOfLastLine(FileStream file)
    {
        var block = new byte[(int)Math.Min(Block, file.Length)];
        foreach (var (from, to) in FileData.Parts(file.SafeFileHandle, file.Length).Reverse())
        {
            for (var end = to; end > from; end -= Math.Min(end - from, block.Length))
            {
                var part = block.AsSpan(0, (int)Math.Min(end - from, block.Length));
                file.Position = end - part.Length;
                file.ReadExactly(part);
                if (part.LastIndexOf((byte)'\n') is >= 0 and var at)
                    return end - part.Length + at + 1;
            }
        }
        return 0;
    }
}
