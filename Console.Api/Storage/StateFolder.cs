using System.Collections.Immutable;

namespace TestServers.Storage;

/// <summary>
/// The one folder that holds the console's state, locked by one process. The first start makes it; ever after a missing
/// file stops the start, because a wrong path or a half-restored backup must not look like an empty console.
/// </summary>
public sealed class StateFolder : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _folder;
    private readonly JsonFile<StateMark>? _mark;
    private readonly List<string> _notices = [];
    private ImmutableArray<string> _made = [];

    /// <summary>Locks the folder, making it at the very first start.</summary>
    /// <exception cref="UnreadableFile">
    /// The folder is in use by another process, or holds something else; then nothing in it was touched.
    /// </exception>
    /// <param name="notice">What was done with it before, for the log.</param>
    public StateFolder(string folder, string? notice = null)
    {
        if (notice is not null)
            _notices.Add(notice);
        _folder = Path.GetFullPath(folder);
        var place = new StatePlace(_folder);
        if (place.IsFree())
            MakeFolder();
        _lock =
            LockFile.Take(In(StatePlace.Lock))
            ?? throw new UnreadableFile(
                $"The state folder is in use: {In(StatePlace.Lock)} is locked by another process. Stop the other "
                    + "console first, or name another folder in `state`."
            );
        try
        {
            // Looked at again: another first start may have come in between.
            IsNew = place.IsFree();
            Close();
            StateFiles.RemoveDrafts(_folder);
            _mark = IsNew ? Begin() : GoOn();
            // An id that was given just now is written at once: what is made on hosts carries it.
            _mark?.Upgrade();
            Id = _mark?.Value.Id ?? StateMark.NewId();
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>The id of this state's console: 12 hexadecimal digits, the same as long as the state lives.</summary>
    public string Id { get; }

    /// <summary>
    /// Whether this is the first start on this folder; then files are created, else they must be there.
    /// </summary>
    public bool IsNew { get; }

    /// <summary>What was mended when files were opened, a sentence each, for the log.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>What makes changes of several files one act. Opened first: what it brings up is then loaded.</summary>
    public Journal Journal(LineParts audit) => new(_folder, audit);

    /// <summary>
    /// Loads a file, or creates it: at the first start, or when this program is the first that has such a file.
    /// </summary>
    /// <exception cref="UnreadableFile">It was made once and is missing, or cannot be used.</exception>
    public JsonFile<T> Open<T>(string name, T first)
        where T : class, IVersioned
    {
        // A first start that was killed left files that nobody was told of.
        if (IsNew)
            File.Delete(In(name));
        var file =
            MustBeThere(name) || File.Exists(In(name))
                ? JsonFile<T>.Load(In(name))
                : JsonFile<T>.Create(In(name), first);
        SetMade(name);
        return file;
    }

    /// <summary>A folder within the state, made when <see cref="Open"/> would make a file.</summary>
    /// <exception cref="UnreadableFile">It was made once and is missing, or a file in it is.</exception>
    public string Folder(string name)
    {
        var path = In(name);
        if (!MustBeThere(name))
            Disk.CreateFolder(path);
        if (!Directory.Exists(path))
            throw new UnreadableFile(
                $"The state folder {_folder} has no folder {name}. Put it back from a backup, or name another "
                    + "folder in `state`."
            );
        StateFiles.RemoveDrafts(path);
        StateFiles.MustHaveNoLostFile(path);
        SetMade(name);
        return path;
    }

    /// <summary>A file of lines within the state, and the folder of its ended parts.</summary>
    /// <exception cref="UnreadableFile">It cannot be used.</exception>
    public LineParts Lines(string name)
    {
        Folder(Path.ChangeExtension(name, null));
        var file = new LineParts(In(name));
        if (file.CutOff > 0)
            _notices.Add(
                $"The last line of {In(name)} was not complete, and its {file.CutOff} bytes were cut off: a crash "
                    + "or a full disk left them. Every line before is kept."
            );
        return file;
    }

    /// <summary>Says that the first start has made everything; called once all files are open.</summary>
    public void Complete(DateTimeOffset now)
    {
        if (!IsNew)
            return;
        JsonFile<StateMark>.Create(In(StatePlace.Mark), new(JsonFile<StateMark>.Version, now, Id, _made));
        File.Delete(In(StatePlace.Beginning));
    }

    public void Dispose() => _lock.Dispose();

    private string In(string name) => Path.Combine(_folder, name);

    private bool MustBeThere(string name) =>
        _mark is not null && (_mark.Value.Names(name) || File.Exists(Disk.LastOf(In(name))));

    private void SetMade(string name)
    {
        if (IsNew)
            _made = _made.Add(name);
        else
            _mark!.Change(m => m.Names(name) ? m : m.With(name));
    }

    // It holds the key that signs sessions, and what everybody does: neither the web server's group nor anybody else
    // may read or write there, whatever the umask was.
    private void Close()
    {
#pragma warning disable CA1416 // The console runs on Linux alone.
        var mode = File.GetUnixFileMode(_folder);
        if ((mode & FileKinds.GroupAndOthers) == UnixFileMode.None)
            return;
        var before = Convert.ToString((int)mode, 8);
        try
        {
            File.SetUnixFileMode(_folder, mode & ~FileKinds.GroupAndOthers);
            if (!IsNew)
                _notices.Add(
                    $"The state folder {_folder} had the mode {before}; it is open to the console's account alone now."
                );
        }
        catch (UnauthorizedAccessException)
        {
            _notices.Add(
                $"The state folder {_folder} has the mode {before}, so that others may see what "
                    + "only the console should, and it "
                    + "belongs to another account: give it to the console's."
            );
        }
#pragma warning restore CA1416
    }

    private JsonFile<StateMark>? Begin()
    {
        Disk.Replace(In(StatePlace.Beginning), StatePlace.BeginningText);
        return null;
    }

    private JsonFile<StateMark> GoOn()
    {
        // Left by a kill between the mark and its end. Once the mark is lost it would make this state a new one.
        File.Delete(In(StatePlace.Beginning));
        StateFiles.MustHaveNoLostFile(_folder);
        return JsonFile<StateMark>.Load(In(StatePlace.Mark));
    }

    private void MakeFolder()
    {
        try
        {
            Disk.CreateFolder(_folder);
        }
        catch (DiskRefused refused)
        {
            throw new UnreadableFile(
                $"`state` is wrong: {refused.Message.TrimEnd('.')}. Name a folder that the console's account can "
                    + "make and write.",
                refused
            );
        }
    }
}
