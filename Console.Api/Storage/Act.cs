namespace TestServers.Storage;

/// <summary>
/// One change of the state, of whatever files it touches, with the facts that the audit keeps of it: all of it is done,
/// or nothing. It is made by <see cref="Journal.Do{T}"/>, which decides one act after the other; a decision that throws
/// has changed nothing. A decision that the disk refused together with others is made once more, by itself.
/// </summary>
public sealed class Act
{
    private readonly List<StagedFile> _files = [];
    private readonly List<string> _facts = [];
    private readonly List<Action> _undo = [],
        _publish = [],
        _after = [],
        _release = [];

    internal IReadOnlyList<StagedFile> Files => _files;
    internal IReadOnlyList<string> Facts => _facts;

    /// <summary>Whether those who decide see all of it before it is on disk.</summary>
    internal bool IsSeen { get; private set; } = true;

    /// <summary>A file's value as this act leaves it.</summary>
    public T Of<T>(JsonFile<T> file)
        where T : class, IVersioned => file.Value;

    /// <summary>Replaces the value of a file; the same value again changes nothing.</summary>
    public T Change<T>(JsonFile<T> file, Func<T, T> change)
        where T : class, IVersioned
    {
        if (!_files.Exists(f => f.Owner == file))
            Hold(file.Writing);
        var now = file.Value;
        var next = change(now);
        if (ReferenceEquals(next, now))
            return next;
        file.KeepFormer();
        _files.Add(new(file, file.Path, () => JsonFile<T>.ContentOf(next), IsNew: false, file.Rewrite));
        Set(file.State, _ => next);
        return next;
    }

    /// <summary>Writes a file that must not be there yet.</summary>
    public JsonFile<T> Create<T>(string path, T first)
        where T : class, IVersioned
    {
        var file = JsonFile<T>.Draft(path, first);
        _files.Add(new(file, path, () => JsonFile<T>.ContentOf(first), IsNew: true, file.Rewrite));
        _publish.Add(file.NoteThere);
        return file;
    }

    /// <summary>Changes what memory holds beside the files: for those who decide now, for all when it is on
    /// disk.</summary>
    /// <param name="change">Called twice, and again when a change without an act comes between.</param>
    public void Set<T>(StateValue<T> value, Func<T, T> change)
        where T : class
    {
        _undo.Add(value.Decide(change));
        _publish.Add(() => value.Settle(change));
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
    /// Runs when the disk has it, before anything else is decided: for what memory holds in another form. No act shares
    /// its way to the disk with the acts behind such a one.
    /// </summary>
    public void Publish(Action publish)
    {
        IsSeen = false;
        _publish.Add(publish);
    }

    /// <summary>Runs when all is done and no lock is held: to tell others.</summary>
    public void After(Action tell) => _after.Add(tell);

    internal void PublishAll()
    {
        foreach (var publish in _publish)
            publish();
        ReleaseAll();
    }

    /// <summary>Takes back all that was decided: then it is an act that changes nothing.</summary>
    internal void Undo()
    {
        for (var i = _undo.Count - 1; i >= 0; i--)
            _undo[i]();
        ReleaseAll();
        _files.Clear();
        _facts.Clear();
        _undo.Clear();
        _publish.Clear();
        _after.Clear();
        IsSeen = true;
    }

    internal void TellAll()
    {
        foreach (var tell in _after)
            tell();
    }

    private void ReleaseAll()
    {
        for (var i = _release.Count - 1; i >= 0; i--)
            _release[i]();
        _release.Clear();
    }
}

/// <summary>A file with the content that an act gives it.</summary>
internal sealed record StagedFile(object Owner, string Path, Func<byte[]> Content, bool IsNew, Action Probe);
