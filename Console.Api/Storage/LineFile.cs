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

    /// <summary>Adds a line, which must hold no line feed; it is on disk when this returns.</summary>
    /// <exception cref="DiskRefused">The disk refused; the next call starts on a line of its own.</exception>
    public void Add(string line)
    {
        if (line.Contains('\n', StringComparison.Ordinal)) throw new ArgumentException("A fact is one line.", nameof(line));
        lock (_writing)
        {
            try
            {
                Disk.AppendLine(_path, line);
            }
            catch (DiskRefused)
            {
                CutOffIncompleteLine();
                throw;
            }
        }
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
