using System.Text.Json;
using System.Text.Json.Nodes;

namespace TestServers.Storage;

/// <summary>What a state file holds: its version, so that a later program knows what it reads.</summary>
public interface IVersioned
{
    int Version { get; }

    /// <summary>
    /// How a file of one version becomes one of the next, in their order: the first makes version 2 of version 1. One
    /// that has been delivered never changes.
    /// </summary>
    static virtual IReadOnlyList<Migration> Migrations => [];

    /// <summary>
    /// What in it cannot be, as the end of a sentence; null: nothing. Asked when it is read, before anything believes
    /// it.
    /// </summary>
    string? FindFault() => null;
}

/// <summary>Makes a file of one version what the next has; the version itself is not its concern.</summary>
public delegate void Migration(JsonObject file);

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
    /// <summary>The version of the format that this program writes, and the newest one that it reads.</summary>
    public static int Version => T.Migrations.Count + 1;
    private const long LargestFile = 64L << 20;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly Lock _writing = new();
    private readonly string _path;
    private readonly StateValue<T> _state;

    // As it was found, when that was of an older version; null: nothing is to be kept.
    private (int Version, byte[] Content)? _former;

    // Until it was written once, what is at its path may be another's, which had the name after this one was refused.
    private volatile bool _isThere;

    private JsonFile(string path, T value, (int, byte[])? former = null) =>
        (_path, _state, _former) = (path, new(value), former);

    /// <summary>The present value; never waits for a writer.</summary>
    public T Value => _state.Now;

    /// <summary>Reads a file that must be there.</summary>
    /// <exception cref="UnreadableFile">
    /// It is missing, empty, damaged, too large, of another version, or holds what cannot be.
    /// </exception>
    /// <remarks>
    /// One of an older version stays on disk as it is until something in it changes; then it is kept beside the new one
    /// (<see cref="FormerOf"/>), in the place of one that was kept so before.
    /// </remarks>
    public static JsonFile<T> Load(string path) => Read(path);

    /// <summary>Where a file of an older version is kept when it is written anew: X.json.version1.</summary>
    public static string FormerOf(string path, int version) => $"{path}.version{version}";

    /// <summary>Removes a file, with all that is kept beside it.</summary>
    /// <exception cref="IOException">The disk refused; the file itself goes last.</exception>
    public static void Remove(string path)
    {
        lock (DiskTroubles.Removals)
        {
            foreach (var former in FormersOf(path))
                File.Delete(former);
            File.Delete(Disk.LastOf(path));
            File.Delete(path);
            DiskTroubles.Forget(path);
        }
    }

    /// <summary>The same where nobody could hear why not.</summary>
    /// <returns>Whether it is gone.</returns>
    public static bool TryRemove(string path)
    {
        try
        {
            Remove(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

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
            var now = Value;
            var next = change(now);
            if (ReferenceEquals(next, now))
                return next;
            Write(next);
            _state.Change(_ => next);
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
    internal StateValue<T> State => _state;

    /// <summary>The file's content for a value.</summary>
    internal static byte[] ContentOf(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Json.File);

    /// <summary>Takes note that an act has written it for the first time.</summary>
    internal void NoteThere() => _isThere = true;

    /// <summary>Writes what memory holds once more, to see whether the disk takes it by now.</summary>
    internal void Rewrite()
    {
        lock (_writing)
            lock (DiskTroubles.Removals)
            {
                if (_isThere && DiskTroubles.IsTriedBy(_path, Rewrite) && File.Exists(_path))
                {
                    KeepFormer();
                    Disk.Replace(_path, ContentOf(Value));
                }
                else
                    Disk.Probe(_path, appends: false);
            }
    }

    private void Write(T next)
    {
        try
        {
            KeepFormer();
            Disk.Replace(_path, ContentOf(next));
            _isThere = true;
            DiskTroubles.Clear(_path);
        }
        catch (DiskRefused refused)
        {
            DiskTroubles.Note(_path, refused, Rewrite);
            throw;
        }
    }

    /// <summary>Writes one of an older version anew now, though nothing else in it changes.</summary>
    /// <exception cref="DiskRefused">The disk refused; it is as it was.</exception>
    internal void Upgrade()
    {
        lock (_writing)
        {
            if (_former is not null)
                Write(Value);
        }
    }

    /// <summary>Puts aside what an older program could still read, before it is first written over.</summary>
    /// <exception cref="DiskRefused">The disk refused; nothing was written over.</exception>
    internal void KeepFormer()
    {
        if (_former is not { } former)
            return;
        var kept = FormerOf(_path, former.Version);
        // An older program may have been put back meanwhile, and written this version again.
        Disk.Replace(kept, former.Content);
        // Else each upgrade would leave one of each file for ever.
        foreach (var other in FormersOf(_path).Where(f => f != kept))
            Disk.Drop(other);
        _former = null;
    }

    private static IEnumerable<string> FormersOf(string path) =>
        from version in Enumerable.Range(1, Version - 1)
        let former = FormerOf(path, version)
        from file in new[] { Disk.LastOf(former), former }
        select file;

    private static JsonFile<T> Read(string path)
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
            var version = VersionOf(content);
            if (version > Version)
                throw new NewerFile(path, version.Value, Version);
            if (version < 1)
                throw new UnreadableFile($"it has version {version}, which does not exist");
            var isOlder = version < Version;
            var value = isOlder ? Migrate(content, version!.Value) : JsonSerializer.Deserialize<T>(content, Json.File);
            if (value is null)
                throw new UnreadableFile("it holds null");
            return value.FindFault() is { } fault
                ? throw new UnreadableFile(fault)
                : new(path, value, isOlder ? (version!.Value, content) : null) { _isThere = true };
        }
        // Whatever a migration did not find is a damage of the file, too.
        catch (Exception e) when (e is not NewerFile)
        {
            throw new UnreadableFile(
                $"Cannot read the state file {path}: {e.Message.TrimEnd('.')}. {LastGoodCopy(path)}",
                e
            );
        }
    }

    private static T? Migrate(byte[] content, int version)
    {
        var file = JsonNode.Parse(content, documentOptions: Strict)!.AsObject();
        foreach (var migration in T.Migrations.Skip(version - 1))
            migration(file);
        file["version"] = Version;
        return file.Deserialize<T>(Json.File);
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
