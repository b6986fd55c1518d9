namespace TestServers.Storage;

/// <summary>
/// Looks at the folder that the settings name before anything in it is touched. A wrong path is usually somebody else's
/// folder: the
/// console takes a folder only when it carries the console's mark, or is empty.
/// </summary>
internal sealed class StatePlace(string folder)
{
    public const string Mark = "state.json",
        Beginning = "first-start",
        Lock = "lock";
    public static ReadOnlySpan<byte> BeginningText => "The first start is being made.\n"u8;

    /// <summary>Whether the first start is to be made here; else the console's state is here.</summary>
    /// <exception cref="UnreadableFile">It is neither; nothing was touched.</exception>
    public bool IsFree()
    {
        switch (FileKinds.BehindLinks(folder))
        {
            case FileKind.Missing when FileKinds.Of(folder) == FileKind.Link:
                throw Wrong("is a link that leads nowhere");
            case FileKind.Missing:
                return true;
            case FileKind.Folder:
                break;
            case var kind:
                throw Wrong($"is {kind.Say()} and no folder");
        }
        var names = Names();
        if (names.Contains(Mark))
        {
            _ = JsonFile<StateMark>.Load(In(Mark));
            return false;
        }
        if (names.Contains(Beginning) ? !IsInterruptedStart(names) : !names.All(IsLeftOfNothing))
            throw Wrong(Holds(names));
        if (FileKinds.Of(folder) == FileKind.Link)
            throw Wrong("is a link, and the console begins its state in no folder that it is led to");
        return true;
    }

    private HashSet<string> Names()
    {
        try
        {
            return Directory
                .EnumerateFileSystemEntries(folder)
                .Select(e => Path.GetFileName(e)!)
                .ToHashSet(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"cannot be looked into ({e.Message.TrimEnd('.')})");
        }
    }

    // What a first start leaves that was killed before its first file was complete.
    private bool IsLeftOfNothing(string name) =>
        name is Lock or Beginning + ".draft"
        && FileKinds.Of(In(name)) == FileKind.Regular
        && (name != Lock || new FileInfo(In(name)).Length == 0);

    // Nobody was told of anything: nothing was changed, said or put into a folder since the files were made.
    private bool IsInterruptedStart(HashSet<string> names)
    {
        try
        {
            return FileKinds.Of(In(Beginning)) == FileKind.Regular
                && new FileInfo(In(Beginning)).Length == BeginningText.Length
                && File.ReadAllBytes(In(Beginning)).AsSpan().SequenceEqual(BeginningText)
                && names.All(n =>
                    FileKinds.Of(In(n)) switch
                    {
                        FileKind.Folder => !Directory.EnumerateFileSystemEntries(In(n)).Any(),
                        FileKind.Regular => !n.EndsWith(".last", StringComparison.Ordinal)
                            && (!n.EndsWith(".log", StringComparison.Ordinal) || new FileInfo(In(n)).Length == 0),
                        _ => false,
                    }
                );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"cannot be looked into ({e.Message.TrimEnd('.')})");
        }
    }

    private static string Holds(HashSet<string> names)
    {
        var some = string.Join(", ", names.Order(StringComparer.Ordinal).Take(3));
        return $"holds {some}{(names.Count > 3 ? $" and {names.Count - 3} more" : "")}, but no {Mark}, which marks "
            + "the console's state";
    }

    private UnreadableFile Wrong(string what) =>
        new(
            $"`state` is wrong: {folder} {what}. Nothing in it was touched. Name a folder of the console's own, "
                + "empty or not there yet, in `state`; "
                + $"if this is the console's state, put its {Mark} back from a backup."
        );

    private string In(string name) => Path.Combine(folder, name);
}
