using System.Security.Cryptography;

namespace TestServers.Storage;

/// <summary>What says that a folder is the console's state, since when, and whose.</summary>
/// <param name="Id">
/// Made once with the state, at random: what this console makes on hosts carries it, so that no other console takes it for its own.
/// Null in a state of version 1, and given to it when it is opened.
/// </param>
public sealed record StateMark(int Version, DateTimeOffset Created, string? Id = null) : IVersioned
{
    public static int Latest => 2;
}

/// <summary>
/// The one folder that holds the console's state, locked by one process. The first start makes it; ever after a missing
/// file stops the start, because a wrong path or a half-restored backup must not look like an empty console.
/// </summary>
public sealed class StateFolder : IDisposable
{
    private const string Mark = "state.json", Beginning = "first-start";
    private readonly FileStream _lock;
    private readonly string _folder;
    private readonly JsonFile<StateMark>? _mark;

    /// <summary>Locks the folder, making it at the very first start.</summary>
    /// <exception cref="UnreadableFile">The folder is in use by another process, or holds something else.</exception>
    public StateFolder(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Disk.CreateFolder(_folder);
        _lock = TakeLock(Path.Combine(_folder, "lock"));
        RemoveDrafts();
        IsNew = !File.Exists(In(Mark)) && (File.Exists(In(Beginning)) || Directory.GetFileSystemEntries(_folder).All(e => e == In("lock")));
        if (IsNew) Begin();
        if (!IsNew) _mark = JsonFile<StateMark>.Load(In(Mark));
        Id = _mark?.Value.Id ?? NewId();
    }

    /// <summary>The id of this state's console: 12 hexadecimal digits, the same as long as the state lives.</summary>
    public string Id { get; }

    /// <summary>Whether this is the first start on this folder; then files are created, else they must be there.</summary>
    public bool IsNew { get; }

    /// <summary>Loads a file, or creates it at the first start.</summary>
    public JsonFile<T> Open<T>(string name, T first) where T : class, IVersioned =>
        IsNew ? JsonFile<T>.Create(In(name), first) : JsonFile<T>.Load(In(name));

    /// <summary>Loads a file that states of an older version do not have: it is created with the first start of this version.</summary>
    /// <param name="since">The version of the state that has it.</param>
    public JsonFile<T> Open<T>(string name, T first, int since) where T : class, IVersioned =>
        WasBefore(since) && !File.Exists(In(name)) ? JsonFile<T>.Create(In(name), first) : Open(name, first);

    /// <summary>What makes changes of several files one act. Opened first: what it brings up is then loaded.</summary>
    public Journal Journal(LineFile audit) => new(_folder, audit);

    /// <summary>A folder within the state, made at the first start.</summary>
    /// <param name="since">The version of the state that has it: it is made with the first start of that version, too.</param>
    public string Folder(string name, int since = 1)
    {
        var path = In(name);
        if (IsNew || WasBefore(since)) Disk.CreateFolder(path);
        if (!Directory.Exists(path)) throw new UnreadableFile($"The state folder {_folder} has no {name}: put it back from a backup, or name another folder in `state`.");
        return path;
    }

    /// <summary>A file of lines within the state.</summary>
    public LineFile Lines(string name) => new(In(name));

    /// <summary>Says that the first start, or the first one of this version, has made everything; called once all files are open.</summary>
    public void Complete(DateTimeOffset now)
    {
        _mark?.Change(m => m.Version < StateMark.Latest ? m with { Version = StateMark.Latest, Id = Id } : m);
        if (!IsNew) return;
        JsonFile<StateMark>.Create(In(Mark), new(JsonFile<StateMark>.Version, now, Id));
        File.Delete(In(Beginning));
    }

    public void Dispose() => _lock.Dispose();

    private bool WasBefore(int version) => _mark?.Value.Version < version;

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    private string In(string name) => Path.Combine(_folder, name);

    // A first start that was killed half-way left files that nobody was told of: begin again.
    private void Begin()
    {
        Disk.Replace(In(Beginning), "The first start is being made.\n"u8);
        foreach (var file in Directory.EnumerateFiles(_folder, "*.json")) File.Delete(file);
    }

    private void RemoveDrafts()
    {
        foreach (var draft in Directory.EnumerateFiles(_folder, "*.draft", SearchOption.AllDirectories)) File.Delete(draft);
    }

    private static FileStream TakeLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new UnreadableFile($"The state folder is in use: {path} is locked by another process. Stop the other console first.", e);
        }
    }
}
