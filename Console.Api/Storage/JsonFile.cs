using System.Text.Json;

namespace TestServers.Storage;

/// <summary>What a state file holds: its version, so that a later program knows what it reads.</summary>
public interface IVersioned
{
    int Version { get; }

    /// <summary>The newest version of this kind of file that the program reads, and the one it writes.</summary>
    static virtual int Latest => 1;

    /// <summary>
    /// What in it cannot be, as the end of a sentence; null: nothing. Asked when it is read, before anything believes
    /// it.
    /// </summary>
    string? FindFault() => null;
}

/// <summary>
/// An existing state file that cannot be used. It stops the start and is never taken for an empty one.
/// </summary>
public class UnreadableFile(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// A state file that a newer program has written. An older copy of it would lose what has been done since.
/// </summary>
public sealed class NewerFile(string path, int version, int latest)
    : UnreadableFile(
        $"The state file {path} has version {version}, written by a newer console; this one "
            + $"reads up to version {latest}. "
            + "Install the newer console again, or put back the whole state folder as it was saved "
            + "before the upgrade. Nothing was changed."
    );

/// <summary>
/// A piece of state with one owner: memory and one JSON file that say the same. Readers take the immutable value
/// without a lock; a change is on disk before it is in memory, and in memory before <see cref="Change"/> returns.
/// </summary>
public sealed class JsonFile<T>
    where T : class, IVersioned
{
    /// <summary>The version of the format that this program writes.</summary>
    public static int Version => T.Latest;
    private const long LargestFile = 64L << 20;

    private readonly Lock _writing = new();
    private readonly string _path;
    private T _value;

    private JsonFile(string path, T value) => (_path, _value) = (path, value);

    /// <summary>The present value; never waits for a writer.</summary>
    public T Value => Volatile.Read(ref _value);

    /// <summary>Reads a file that must be there.</summary>
    /// <exception cref="UnreadableFile">
    /// It is missing, empty, damaged, too large, of another version, or holds what cannot be.
    /// </exception>
    public static JsonFile<T> Load(string path) => new(path, Read(path));

    /// <summary>Writes a file that must not be there yet.</summary>
    /// <exception cref="DiskRefused">The disk refused.</exception>
    public static JsonFile<T> Create(string path, T first)
    {
        var file = Draft(path, first);
        file.Write(first);
        return file;
    }

    /// <summary>Replaces the value by <paramref name="change"/> of it: disk first, then memory.</summary>
    /// <exception cref="DiskRefused">The disk refused; memory and disk are as they were.</exception>
    public T Change(Func<T, T> change)
    {
        lock (_writing)
        {
            var next = change(_value);
            if (ReferenceEquals(next, _value))
                return next;
            Write(next);
            Publish(next);
            return next;
        }
    }

    /// <summary>A file that an act will write for the first time.</summary>
    internal static JsonFile<T> Draft(string path, T first) =>
        File.Exists(path)
            ? throw new UnreadableFile($"{path} is there already and will not be replaced by an empty one.")
            : new(path, first);

    internal string Path => _path;
    internal Lock Writing => _writing;

    /// <summary>Takes over what an act has written.</summary>
    internal void Publish(T next) => Volatile.Write(ref _value, next);

    /// <summary>The file's content for a value.</summary>
    internal static byte[] ContentOf(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Json.File);

    /// <summary>Writes what memory holds once more, to see whether the disk takes it by now.</summary>
    internal void Rewrite()
    {
        lock (_writing)
        {
            if (File.Exists(_path))
                Disk.Replace(_path, ContentOf(_value));
            else
                Disk.Probe(_path, appends: false);
        }
    }

    private void Write(T next)
    {
        try
        {
            Disk.Replace(_path, ContentOf(next));
            DiskTroubles.Clear(_path);
        }
        catch (DiskRefused refused)
        {
            DiskTroubles.Note(_path, refused, Rewrite);
            throw;
        }
    }

    private static T Read(string path)
    {
        try
        {
            if (FileKinds.BehindLinks(path) is not FileKind.Regular and var kind)
                throw new UnreadableFile($"it is {kind.Say()}");
            var length = new FileInfo(path).Length;
            if (length > LargestFile)
                throw new UnreadableFile(
                    $"it has {length} bytes, more than the {LargestFile} that a state file may have"
                );
            var content = File.ReadAllBytes(path);
            // Before the rest is read, which a newer console may have given fields that are not known here.
            if (VersionOf(content) is { } version && version > T.Latest)
                throw new NewerFile(path, version, T.Latest);
            var value = JsonSerializer.Deserialize<T>(content, Json.File) ?? throw new UnreadableFile("it holds null");
            if (value.Version < 1)
                throw new UnreadableFile($"it has version {value.Version}, which never was one");
            return value.FindFault() is { } fault ? throw new UnreadableFile(fault) : value;
        }
        catch (NewerFile)
        {
            throw;
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or JsonException
                        or UnreadableFile
                        or NotSupportedException
            )
        {
            throw new UnreadableFile(
                $"Cannot read the state file {path}: {e.Message.TrimEnd('.')}. {LastGoodCopy(path)}",
                e
            );
        }
    }

    private static int? VersionOf(ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(content);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isVersion = reader.ValueTextEquals("version"u8);
            if (!reader.Read())
                return null;
            if (isVersion)
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var version) ? version : null;
            reader.Skip();
        }
        return null;
    }

    private static string LastGoodCopy(string path)
    {
        var last = Disk.LastOf(path);
        return File.Exists(last)
            ? $"The copy before it is {last}, of "
                + $"{File.GetLastWriteTimeUtc(last):yyyy-MM-ddTHH:mm:ssZ}: look at both, and put "
                + "the good one in its place."
            : "There is no copy before it. Put it back from a backup of the state folder, or move "
                + "it away if it is not needed.";
    }
}
