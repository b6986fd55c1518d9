namespace TestServers.Storage;

/// <summary>
/// One change of the state, of whatever files it touches, with the facts that the audit keeps of it: all of it is done,
/// or nothing. It is made by <see cref="Journal.Do{T}"/>, which decides under one lock what is to be changed; a
/// decision that throws has changed nothing.
/// </summary>
public sealed class Act
{
    private readonly List<StagedFile> _files = [];
    private readonly List<string> _facts = [];
    private readonly List<Action> _publish = [],
        _after = [],
        _release = [];

    internal IReadOnlyList<StagedFile> Files => _files;
    internal IReadOnlyList<string> Facts => _facts;

    /// <summary>A file's value as this act leaves it.</summary>
    public T Of<T>(JsonFile<T> file)
        where T : class, IVersioned => (T?)Staged(file)?.Value ?? file.Value;

    /// <summary>Replaces the value of a file; the same value again changes nothing.</summary>
    public T Change<T>(JsonFile<T> file, Func<T, T> change)
        where T : class, IVersioned
    {
        var staged = Staged(file);
        if (staged is null)
            Hold(file.Writing);
        var now = Of(file);
        var next = change(now);
        if (ReferenceEquals(next, now))
            return next;
        file.KeepFormer();
        _files.RemoveAll(f => f.Owner == file);
        _files.Add(
            new(
                file,
                file.Path,
                next,
                JsonFile<T>.ContentOf(next),
                IsNew: staged?.IsNew ?? false,
                () => file.Publish(next),
                file.Rewrite
            )
        );
        return next;
    }

    /// <summary>Writes a file that must not be there yet.</summary>
    public JsonFile<T> Create<T>(string path, T first)
        where T : class, IVersioned
    {
        var file = JsonFile<T>.Draft(path, first);
        _files.Add(new(file, path, first, JsonFile<T>.ContentOf(first), IsNew: true, () => { }, file.Rewrite));
        return file;
    }

    /// <summary>Adds a line to the audit.</summary>
    public void Note(string fact) => _facts.Add(fact);

    /// <summary>Holds a lock until the act has ended.</summary>
    public void Hold(Lock held)
    {
        held.Enter();
        _release.Add(held.Exit);
    }

    /// <summary>
    /// Runs when the disk has it, before anybody else can change anything: for what memory holds beside the files.
    /// </summary>
    public void Publish(Action publish) => _publish.Add(publish);

    /// <summary>Runs when all is done and no lock is held: to tell others.</summary>
    public void After(Action tell) => _after.Add(tell);

    internal void PublishAll()
    {
        foreach (var file in _files)
            file.Publish();
        foreach (var publish in _publish)
            publish();
    }

    internal void ReleaseAll()
    {
        for (var i = _release.Count - 1; i >= 0; i--)
            _release[i]();
        _release.Clear();
    }

    internal void TellAll()
    {
        foreach (var tell in _after)
            tell();
    }

    private StagedFile? Staged(object file) => _files.Find(f => f.Owner == file);
}

/// <summary>A file with the content that an act gives it.</summary>
internal sealed record StagedFile(
    object Owner,
    string Path,
    object Value,
    byte[] Content,
    bool IsNew,
    Action Publish,
    Action Probe
);
