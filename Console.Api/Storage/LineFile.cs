namespace TestServers.Storage;

/// <summary>A file that only grows, a line a fact. A last line cut by a crash is cut off when the file is opened.</summary>
public sealed class LineFile
{
    private readonly Lock _writing = new();
    private readonly string _path;

    /// <summary>Opens the file, or starts it with the first line that is added.</summary>
    public LineFile(string path)
    {
        _path = path;
        CutOffIncompleteLine();
    }

    /// <summary>Adds lines, which must hold no line feed; they are on disk when this returns.</summary>
    /// <exception cref="DiskRefused">The disk refused; none of the lines is there.</exception>
    public void Add(params IReadOnlyList<string> lines)
    {
        if (lines.Any(l => l.Contains('\n', StringComparison.Ordinal))) throw new ArgumentException("A fact is one line.", nameof(lines));
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

    /// <summary>Takes back what was added since the file had this length.</summary>
    /// <returns>Whether the disk did it.</returns>
    public bool CutTo(long length)
    {
        lock (_writing) return Length == length || Disk.Cut(_path, length, sync: true);
    }

    /// <summary>Whether these are the last lines.</summary>
    public bool EndsWith(IReadOnlyList<string> lines)
    {
        var end = System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));
        if (Length < end.Length) return end.Length == 0;
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = file.Length - end.Length;
        var found = new byte[end.Length];
        file.ReadExactly(found);
        return found.AsSpan().SequenceEqual(end);
    }

    private void CutOffIncompleteLine()
    {
        if (!File.Exists(_path)) return;
        using var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite);
        var end = file.Length;
        while (end > 0)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n') break;
            end--;
        }
        if (end < file.Length) file.SetLength(end);
    }
}
