using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TestServers.Storage;

/// <summary>What a backup says of itself, as its last entry: without it, it is cut off.</summary>
/// <param name="Id">Of the state's console.</param>
/// <param name="Program">The version of the console that wrote it.</param>
public sealed record BackupList(
    int Version,
    string Id,
    DateTimeOffset At,
    string Program,
    IReadOnlyList<BackedUpFile> Files,
    IReadOnlyList<string> Folders
);

/// <summary>A file of a backup.</summary>
/// <param name="Name">Below the state folder.</param>
public sealed record BackedUpFile(string Name, long Size, string Sha256);

/// <summary>A state folder in one file: a tar in gzip that says what it holds, and the sum of each file.</summary>
public static class StateBackup
{
    private const string ListName = "backup.json";
    private const int Version = 1;
    private const long LargestList = 64 << 20;

    /// <summary>In bytes: NAME_MAX of Linux (limits.h).</summary>
    private const int LongestName = 255;

    /// <summary>Writes a snapshot into a new file, which nobody but this account can read.</summary>
    /// <exception cref="DiskRefused">The file is there already, or the disk refused; there is no file then.</exception>
    public static async Task<BackupList> Write(
        StateSnapshot snapshot,
        string path,
        string program,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        if (FileKinds.Of(path) != FileKind.Missing)
            throw new DiskRefused($"{path} is there already, and is not replaced. Name another file, or remove it.");
        var draft = path + ".draft";
        File.Delete(draft);
        try
        {
            var list = await Pack(snapshot, draft, program, now, cancel);
            Disk.SyncFile(draft);
            Disk.Rename(draft, path);
            Disk.SyncFolder(Disk.FolderOf(path));
            return list;
        }
        catch (Exception e)
        {
            Disk.DropDraft(path);
            if (e is DiskRefused or OperationCanceledException)
                throw;
            throw new DiskRefused($"The backup {path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Unpacks a backup into a folder that is not there yet, and looks whether all of it is whole.</summary>
    /// <exception cref="UnreadableFile">It is no backup, is cut off or damaged; the folder may hold a part of
    /// it.</exception>
    /// <exception cref="DiskRefused">The disk refused.</exception>
    public static Task<BackupList> Unpack(string path, string folder, CancellationToken cancel) =>
        Read(path, folder, cancel);

    private static async Task<BackupList> Read(string path, string? folder, CancellationToken cancel)
    {
        try
        {
            await using var file = File.OpenRead(path);
            return await Read(file, folder, cancel);
        }
        catch (DiskRefused)
        {
            throw;
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or InvalidDataException
                        or FormatException
                        or JsonException
                        or ArgumentException
                        or InvalidOperationException
                        or NotSupportedException
                        or ArithmeticException
            )
        {
            throw new UnreadableFile($"{path} is no whole backup of a console: {e.Message} Take another one.", e);
        }
    }

    /// <summary>Reads a backup to its end, and looks whether all of it is whole; nothing is written.</summary>
    /// <exception cref="UnreadableFile">It is no backup, is cut off or damaged.</exception>
    public static Task<BackupList> Verify(string path, CancellationToken cancel) => Read(path, null, cancel);

    private static async Task<BackupList> Pack(
        StateSnapshot snapshot,
        string path,
        string program,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        await using var file = StateCopy.MakeFile(path);
        await using var packed = new GZipStream(file, CompressionLevel.Optimal);
        await using var tar = new TarWriter(packed);
        var (files, id) = (new List<BackedUpFile>(), "");
        foreach (var one in snapshot.Files)
        {
            await using var content = snapshot.Open(one);
            if (content is null)
                continue;
            var sum = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel));
            content.Position = 0;
            await Add(tar, one.Name, content, now, cancel);
            files.Add(new(one.Name, content.Length, sum));
            if (one.Name == StatePlace.Mark)
                id = JsonDocument.Parse(one.Content!).RootElement.GetProperty("id").GetString() ?? "";
        }
        var list = new BackupList(Version, id, now, program, files, snapshot.Folders);
        using var text = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(list, Json.File));
        await Add(tar, ListName, text, now, cancel);
        return list;
    }

    private static Task Add(TarWriter tar, string name, Stream content, DateTimeOffset now, CancellationToken cancel) =>
        tar.WriteEntryAsync(
            new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = content,
                ModificationTime = now,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            },
            cancel
        );

    // Without a folder nothing is written.
    private static async Task<BackupList> Read(Stream file, string? folder, CancellationToken cancel)
    {
        await using var packed = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(packed);
        if (folder is not null)
            StateCopy.MakeFolder(folder);
        var found = new Dictionary<string, BackedUpFile>(StringComparer.Ordinal);
        var folders = new HashSet<string>(StringComparer.Ordinal);
        BackupList? list = null;
        while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            if (list is not null)
                throw new InvalidDataException($"behind {ListName} there is {entry.Name}.");
            if (entry.Name == ListName)
                list = await ReadList(entry, cancel);
            else
            {
                var (name, content) = (NameOf(entry), entry.DataStream ?? Stream.Null);
                Claim(name, found, folders);
                if (folder is not null)
                    await StateCopy.Write(Path.Combine(folder, name), content, cancel);
                await using var written = folder is null ? content : File.OpenRead(Path.Combine(folder, name));
                var sum = Convert.ToHexStringLower(await SHA256.HashDataAsync(written, cancel));
                found[name] = new(name, written.Length, sum);
            }
        }
        // The sum of all that was packed stands behind the last entry, and is looked at by who reads to there.
        await packed.CopyToAsync(Stream.Null, cancel);
        if (list is null)
            throw new InvalidDataException("its end is missing.");
        foreach (var one in list.Files)
        {
            if (!found.Remove(one.Name, out var there) || there != one)
                throw new InvalidDataException($"{one.Name} in it is not what was written.");
        }
        if (found.Count > 0)
            throw new InvalidDataException($"{found.Keys.First()} in it is not in its list.");
        foreach (var one in list.Folders.Select(f => Checked(f, most: 1)))
        {
            if (folder is not null)
                StateCopy.MakeFolder(Path.Combine(folder, one));
        }
        if (folder is not null)
        {
            foreach (var one in Directory.EnumerateDirectories(folder).Append(folder))
                Disk.SyncFolder(one);
        }
        return list;
    }

    private static async Task<BackupList> ReadList(TarEntry entry, CancellationToken cancel)
    {
        if (entry.Length > LargestList)
            throw new InvalidDataException($"its list has {entry.Length} bytes.");
        var list = await JsonSerializer.DeserializeAsync<BackupList>(
            entry.DataStream ?? Stream.Null,
            Json.File,
            cancel
        );
        if (list is null || list.Files is null || list.Folders is null)
            throw new InvalidDataException("its list is empty.");
        return list.Version == Version
            ? list
            : throw new InvalidDataException(
                $"it has version {list.Version}, and this console reads version {Version}: install the console that "
                    + $"wrote it, {list.Program}."
            );
    }

    private static string NameOf(TarEntry entry) =>
        entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile
            ? Checked(entry.Name, most: 2)
            : throw new InvalidDataException($"{Shown(entry.Name)} in it is no file.");

    // One name is one thing: not two files, and not a file and a folder.
    private static void Claim(string name, Dictionary<string, BackedUpFile> found, HashSet<string> folders)
    {
        var end = name.IndexOf('/', StringComparison.Ordinal);
        var folder = end < 0 ? null : name[..end];
        if (found.ContainsKey(name) || folders.Contains(name) || (folder is not null && found.ContainsKey(folder)))
            throw new InvalidDataException($"{name} in it is in the way of another file in it.");
        if (folder is not null)
            folders.Add(folder);
    }

    // It comes from elsewhere: nothing outside of the folder is written by it.
    private static string Checked(string name, int most)
    {
        var parts = name.Split('/');
        return parts.Length <= most && parts.All(IsOfAState)
            ? name
            : throw new InvalidDataException($"{Shown(name)} in it is nothing of a state.");
    }

    private static bool IsOfAState(string part) =>
        part.Length > 0
        && Encoding.UTF8.GetByteCount(part) <= LongestName
        && part[0] != '.'
        && !part.Any(char.IsControl);

    private static string Shown(string name) => string.Concat(name.Take(80).Select(c => char.IsControl(c) ? ' ' : c));
}
