namespace TestServers.Storage;

/// <summary>What holds for the files of every folder of the state.</summary>
public static class StateFiles
{
    /// <summary>Checks that a file stands under the name that its content asks for.</summary>
    /// <exception cref="UnreadableFile">It is another's copy, or was renamed.</exception>
    public static void MustBeNamed(string path, string name, string what)
    {
        if (Path.GetFileName(path) == name)
            return;
        throw new UnreadableFile(
            $"The state file {path} holds {what}, whose place is {name}: it was renamed, or comes from elsewhere. "
                + $"Put the right {Path.GetFileName(path)} back from a backup; if this is a stray copy, move it out "
                + "of the state folder."
        );
    }

    /// <summary>
    /// Removes the drafts that a crash left in a folder where the console writes them: regular files alone.
    /// </summary>
    public static void RemoveDrafts(string folder)
    {
        foreach (var draft in Directory.EnumerateFiles(folder, "*.draft"))
        {
            if (FileKinds.Of(draft) == FileKind.Regular)
                File.Delete(draft);
        }
    }

    /// <summary>
    /// Checks that no file of a folder is missing beside the copy before it, which is never there alone.
    /// </summary>
    /// <exception cref="UnreadableFile">One is.</exception>
    public static void MustHaveNoLostFile(string folder)
    {
        var suffix = Disk.LastOf("");
        foreach (var last in Directory.EnumerateFileSystemEntries(folder, "*.json" + suffix))
        {
            var lost = last[..^suffix.Length];
            if (FileKinds.BehindLinks(lost) == FileKind.Missing)
                throw new UnreadableFile(
                    $"The state file {lost} is missing, but the copy before it is there: {last}, of "
                        + $"{File.GetLastWriteTimeUtc(last):yyyy-MM-ddTHH:mm:ssZ}. "
                        + "Put the file back from a backup, or that copy in its place; if the file is really not "
                        + "needed, remove the copy, too."
                );
        }
    }
}
