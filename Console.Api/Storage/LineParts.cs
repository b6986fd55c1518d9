using System.Collections.Immutable;
using System.Globalization;

namespace TestServers.Storage;

/// <summary>
/// Lines in parts: a file that grows, and those that have grown enough, in a folder of the file's name. A place is how
/// many bytes were ever written before it. A part is named after the place where it begins, so that a place means the
/// same line in whatever file it stands by now, and whatever was removed.
/// </summary>
/// <remarks>
/// A part is ended by one renaming, and the next line begins the new file: there is no moment at which a crash loses or
/// doubles a line. When all ended parts are too old an empty one stays, which says where the file begins.
/// </remarks>
public sealed class LineParts
{
    private const string Suffix = ".log";
    private readonly Lock _writing = new();
    private readonly LineFile _newest;
    private readonly string _path,
        _folder;
    private ImmutableArray<LinePart> _ended;

    /// <summary>Opens the file, or starts it with the first line that is added.</summary>
    /// <exception cref="UnreadableFile">It cannot be used.</exception>
    public LineParts(string path)
    {
        (_path, _folder) = (path, Path.ChangeExtension(path, null));
        _newest = new(path);
        _ended = Directory.Exists(_folder)
            ?
            [
                .. Directory
                    .EnumerateFiles(_folder, "*" + Suffix)
                    .Where(f => FileKinds.Of(f) == FileKind.Regular)
                    .Select(PartOf)
                    .OfType<LinePart>()
                    .OrderBy(p => p.Begin),
            ]
            : [];
    }

    /// <summary>Raised when lines were added, with the bytes of the file that grows.</summary>
    public event Action<long>? Grown;

    /// <summary>How many bytes of an incomplete last line were cut off when it was opened.</summary>
    public long CutOff => _newest.CutOff;

    /// <summary>The place behind the last line.</summary>
    public long End
    {
        get
        {
            lock (_writing)
                return Begin + _newest.Length;
        }
    }

    /// <summary>The place of the oldest line that is kept; 0: none was removed.</summary>
    public long Kept => _ended is [var oldest, ..] ? oldest.Begin : 0;

    /// <summary>The parts that have ended, the oldest first.</summary>
    public IReadOnlyList<LinePart> Ended => _ended;

    /// <summary>Bytes of the file that grows.</summary>
    public long NewestLength => _newest.Length;

    private long Begin => _ended is [.., var last] ? last.End : 0;

    /// <inheritdoc cref="LineFile.Add"/>
    public void Add(params IReadOnlyList<string> lines)
    {
        long length;
        lock (_writing)
        {
            _newest.Add(lines);
            length = _newest.Length;
        }
        Grown?.Invoke(length);
    }

    /// <summary>Takes back what was added since the place behind the last line was this one.</summary>
    /// <returns>Whether the disk did it; never when the part has ended since.</returns>
    public bool CutTo(long end)
    {
        lock (_writing)
            return end >= Begin && _newest.CutTo(end - Begin);
    }

    /// <summary>Whether these are the last lines.</summary>
    public bool EndsWith(IReadOnlyList<string> lines)
    {
        lock (_writing)
            return _newest.Length > 0 || _ended is not [.., var last]
                ? _newest.EndsWith(lines)
                : new LineFile(last.Path).EndsWith(lines);
    }

    /// <summary>The first lines of the file that grows.</summary>
    public IEnumerable<string> FirstLines() => File.Exists(_path) ? File.ReadLines(_path) : [];

    /// <summary>The lines before a place, the last one first, each with its own place.</summary>
    /// <param name="before">The place of a line; null: from the end. What stands between a place within a line and the
    /// line's begin is passed over.</param>
    public IEnumerable<(long Place, string Line)> Back(long? before = null)
    {
        long begin;
        FileStream? newest;
        ImmutableArray<LinePart> ended;
        // What is opened here stays the same file when its part is ended meanwhile.
        lock (_writing)
            (begin, newest, ended) = (Begin, LineFile.Open(_path), _ended);
        using (newest)
        {
            foreach (var (start, line) in LineFile.Back(newest, before - begin))
                yield return (begin + start, line);
        }
        for (var i = ended.Length - 1; i >= 0; i--)
        {
            if (before <= ended[i].Begin)
                continue;
            foreach (var (start, line) in ended[i].Back(before))
                yield return (start, line);
        }
    }

    /// <summary>Ends the part that grows, if anything is in it: the next line begins another.</summary>
    /// <exception cref="DiskRefused">It may grow on.</exception>
    public void EndPart()
    {
        lock (_writing)
        {
            var length = _newest.Length;
            if (length == 0)
                return;
            Disk.CreateFolder(_folder);
            var part = new LinePart(Begin, length, NameOf(Begin));
            // In the place of the empty one that has said where this part begins, if there is one.
            Disk.Rename(_path, part.Path);
            _ended = [.. _ended.Where(p => p.Begin != part.Begin), part];
            Disk.SyncFolder(_folder);
            Disk.SyncFolder(Disk.FolderOf(_path));
        }
    }

    /// <summary>Removes the oldest part.</summary>
    /// <exception cref="DiskRefused">It stays.</exception>
    public void RemoveOldest()
    {
        lock (_writing)
        {
            if (_ended is not [var oldest, .. var others] || (oldest.Length == 0 && others.IsEmpty))
                return;
            if (others.IsEmpty)
            {
                others = [new(oldest.End, 0, NameOf(oldest.End))];
                Disk.WriteInPlace(others[0].Path, "");
            }
            Disk.Remove(oldest.Path);
            _ended = others;
        }
    }

    private string NameOf(long begin) => Path.Combine(_folder, $"{begin:000000000000000}{Suffix}");

    private LinePart? PartOf(string path) =>
        long.TryParse(
            Path.GetFileNameWithoutExtension(path),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var begin
        )
        && path == NameOf(begin)
            ? new(begin, new FileInfo(path).Length, path)
            : null;
}

/// <summary>A part that grows no more.</summary>
/// <param name="Begin">The place of its first line.</param>
/// <param name="Length">Bytes.</param>
public sealed record LinePart(long Begin, long Length, string Path)
{
    /// <summary>The place behind its last line.</summary>
    public long End => Begin + Length;

    /// <summary>Its lines before a place, the last one first, each with its own place.</summary>
    public IEnumerable<(long Place, string Line)> Back(long? before = null)
    {
        // It may have been removed meanwhile.
        using var file = LineFile.Open(Path);
        foreach (var (start, line) in LineFile.Back(file, before - Begin))
            yield return (Begin + start, line);
    }
}
