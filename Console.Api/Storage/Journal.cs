using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TestServers.Storage;

/// <summary>
/// Makes a change of several files, with the audit's lines, one act. The order is: the drafts of all files, then one
/// line in journal.log that holds everything, then the files and the audit, then memory and the answer. From the
/// journal's line on the act is done: a start that finds the line brings files and audit up to it. A step that fails
/// takes everything back, and the line last; where not even that can be done the act stays done, and what lags is
/// brought up before the next one.
/// </summary>
/// <remarks>
/// <para>
/// Acts are decided one after the other. While some are on their way to the disk, others come and wait; these are then
/// decided each on what the ones before leave, and go to the disk together: a file that many of them change is written
/// once, and the line in the journal is one. Nobody is answered before that, neither those that are refused, since what
/// they are refused for may not come about. When the disk refuses them together, each is decided once more and goes by
/// itself, so that only those are refused whose own files the disk does not take. Who comes alone waits for nobody.
/// </para>
/// <para>
/// The line names the content that each file had before. A file that has other content by now was changed since, by a
/// later change of it alone, and is left as it is: so the line need not be removed durably.
/// </para>
/// </remarks>
public sealed class Journal
{
    /// <summary>So many acts share their way to the disk at most: the first of them waits for the last.</summary>
    private const int MostTogether = 100;

    [ThreadStatic]
    private static bool _isDeciding;

    private readonly Lock _taking = new();
    private readonly Queue<DecidedAct> _waiting = new();
    private readonly string _folder,
        _path;
    private readonly LineParts _audit;
    private JournalLine? _lagging;
    private bool _isTaken;

    /// <summary>Opens the journal of a state folder, and brings files and audit up to what it holds.</summary>
    /// <exception cref="UnreadableFile">It holds something else than an act.</exception>
    /// <exception cref="DiskRefused">The disk refused; the next start goes on.</exception>
    public Journal(string folder, LineParts audit)
    {
        (_folder, _path, _audit) = (folder, Path.Combine(folder, "journal.log"), audit);
        if (Read() is { } line)
            BringUp(line);
        Disk.Cut(_path, 0, sync: false);
    }

    /// <summary>Whether an act is decided here: then what the acts before leave is seen.</summary>
    internal static bool IsDeciding => _isDeciding;

    /// <summary>Carries out one act: nothing else is decided meanwhile, and it is on disk when this has
    /// ended.</summary>
    /// <exception cref="DiskRefused">The disk refused; nothing has changed, in memory and on disk.</exception>
    public Task Do(Action<Act> decide) =>
        Do(act =>
        {
            decide(act);
            return true;
        });

    /// <inheritdoc cref="Do(Action{Act})"/>
    /// <param name="decide">Called once more when the disk has refused it together with others.</param>
    /// <returns>What the decision gives back.</returns>
    public async Task<T> Do<T>(Func<Act, T> decide)
    {
        var asked = new DecidedAct<T>(decide);
        if (IsFirst(asked))
            TakeTurn();
        var result = await asked.Settled;
        asked.Act.TellAll();
        return result;
    }

    private bool IsFirst(DecidedAct asked)
    {
        lock (_taking)
        {
            _waiting.Enqueue(asked);
            var isFirst = !_isTaken;
            _isTaken = true;
            return isFirst;
        }
    }

    // Those that have come meanwhile have the next turn, so that nobody's answer waits for it.
    private void TakeTurn()
    {
        var taken = new List<DecidedAct>();
        lock (_taking)
        {
            while (taken.Count < MostTogether && _waiting.TryDequeue(out var next))
                taken.Add(next);
        }
        CarryOut(taken);
        lock (_taking)
        {
            _isTaken = _waiting.Count > 0;
            if (!_isTaken)
                return;
        }
        ThreadPool.UnsafeQueueUserWorkItem(static journal => journal.TakeTurn(), this, preferLocal: false);
    }

    private void CarryOut(List<DecidedAct> acts)
    {
        var together = new List<DecidedAct>();
        foreach (var act in acts)
        {
            Decide(act);
            together.Add(act);
            if (act.Act.IsSeen && act != acts[^1])
                continue;
            Settle(together);
            together.Clear();
        }
    }

    private static void Decide(DecidedAct act)
    {
        _isDeciding = true;
        act.Decide();
        _isDeciding = false;
    }

    private void Settle(List<DecidedAct> acts)
    {
        try
        {
            if (!acts.TrueForAll(a => a.IsRefused))
                WriteAll(acts);
        }
        catch (Exception refusal)
        {
            for (var i = acts.Count - 1; i >= 0; i--)
                acts[i].Undo();
            if (acts.Count == 1)
                acts[0].Refuse(refusal);
            else
                SettleEach(acts);
            return;
        }
        foreach (var act in acts)
            act.Publish();
        foreach (var act in acts)
            act.Answer();
    }

    private void SettleEach(List<DecidedAct> acts)
    {
        foreach (var act in acts)
        {
            Decide(act);
            Settle([act]);
        }
    }

    private void WriteAll(List<DecidedAct> acts)
    {
        CatchUp();
        var files = new List<StagedFile>();
        foreach (var staged in acts.SelectMany(a => a.Act.Files))
        {
            var at = files.FindIndex(f => f.Owner == staged.Owner);
            if (at < 0)
                files.Add(staged);
            else
                files[at] = staged with { IsNew = files[at].IsNew };
        }
        List<string> facts = [.. acts.SelectMany(a => a.Act.Facts)];
        if (files.Count > 0 || facts.Count > 0)
            Write(files, facts);
    }

    /// <summary>Brings up what lags behind an act that is done, if anything does.</summary>
    private void CatchUp()
    {
        if (_lagging is null)
            return;
        BringUp(_lagging);
        _lagging = null;
        Disk.Cut(_path, 0, sync: false);
    }

    private void Write(List<StagedFile> files, List<string> facts)
    {
        var contents = files.ConvertAll(f => f.Content());
        var line = new JournalLine(
            [
                .. files.Zip(
                    contents,
                    (f, content) =>
                        new JournalFile(
                            Path.GetRelativePath(_folder, f.Path),
                            f.IsNew ? null : HashOf(f.Path),
                            Hash(content),
                            Encoding.UTF8.GetString(content)
                        )
                ),
            ],
            facts
        );
        var drafts = new List<StagedFile>();
        try
        {
            foreach (var (file, content) in files.Zip(contents))
            {
                Noting(file.Path, file.Probe, () => Disk.WriteDraft(file.Path, content));
                drafts.Add(file);
            }
            // One file without a fact is an act by itself.
            if (files.Count > 1 || facts.Count > 0)
                WriteLine(line);
        }
        catch (DiskRefused)
        {
            foreach (var file in drafts)
                Disk.DropDraft(file.Path);
            throw;
        }
        PutInPlace(files, line);
    }

    private void WriteLine(JournalLine line)
    {
        try
        {
            Noting(
                _path,
                () => Disk.Probe(_path, appends: true),
                () => Disk.WriteInPlace(_path, JsonSerializer.Serialize(line, Json.Web) + "\n")
            );
        }
        catch (DiskRefused)
        {
            Disk.Cut(_path, 0, sync: true);
            throw;
        }
    }

    private void PutInPlace(List<StagedFile> files, JournalLine line)
    {
        var placed = new List<StagedFile>();
        var length = _audit.End;
        try
        {
            foreach (var file in files)
            {
                Noting(file.Path, file.Probe, () => Disk.PutDraftInPlace(file.Path));
                placed.Add(file);
            }
            foreach (var folder in files.GroupBy(f => Disk.FolderOf(f.Path), StringComparer.Ordinal))
            {
                Noting(folder.First().Path, folder.First().Probe, () => Disk.SyncFolder(folder.Key));
            }
            if (line.Facts.Count > 0)
                _audit.Add(line.Facts);
            Disk.Cut(_path, 0, sync: false);
            foreach (var file in files)
                DiskTroubles.Clear(file.Path);
        }
        catch (DiskRefused) when (TakeBack(files, placed, length))
        {
            throw;
        }
        catch (DiskRefused)
        {
            _lagging = line;
        }
    }

    // The journal's line last: as long as it is there, the act is done.
    private bool TakeBack(List<StagedFile> files, List<StagedFile> placed, long length)
    {
        var back = placed.TrueForAll(f => Disk.PutBack(f.Path, hadLast: !f.IsNew)) && _audit.CutTo(length);
        if (back)
        {
            foreach (var file in files)
                Disk.DropDraft(file.Path);
        }
        return back && Disk.Cut(_path, 0, sync: true);
    }

    private void BringUp(JournalLine line)
    {
        foreach (var file in line.Files)
        {
            var path = Path.Combine(_folder, file.Name);
            if (HashOf(path) == file.Before)
                Noting(
                    path,
                    () => Disk.Probe(path, appends: false),
                    () => Disk.Replace(path, Encoding.UTF8.GetBytes(file.Text))
                );
        }
        if (!_audit.EndsWith(line.Facts))
            _audit.Add(line.Facts);
    }

    private JournalLine? Read()
    {
        if (!File.Exists(_path))
            return null;
        try
        {
            var text = File.ReadAllText(_path);
            // Without its end it was never written whole, and nobody was told of it.
            return text.EndsWith('\n') ? Checked(JsonSerializer.Deserialize<JournalLine>(text, Json.Web)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or UnreadableFile)
        {
            throw new UnreadableFile(
                $"Cannot read {_path}: {e.Message.TrimEnd('.')}. It holds at most one change "
                    + "that was under way when the "
                    + "console ended. Put the state folder back from a backup, or move this file "
                    + "away if that change may be lost.",
                e
            );
        }
    }

    // It comes from a file: nothing outside of the state is written by it, and nothing that was not written whole.
    private static JournalLine Checked(JournalLine? line)
    {
        if (line is null)
            throw new UnreadableFile("it holds null");
        foreach (var file in line.Files)
        {
            var parts = file.Name.Split('/');
            if (
                parts.Length > 2
                || !file.Name.EndsWith(".json", StringComparison.Ordinal)
                || parts.Any(p => p.Length == 0 || p[0] == '.')
            )
                throw new UnreadableFile($"it names {file.Name}, which is no file of a state");
            if (Hash(Encoding.UTF8.GetBytes(file.Text)) != file.After)
                throw new UnreadableFile($"what it holds of {file.Name} is not what was written");
        }
        return line;
    }

    private static void Noting(string path, Action probe, Action write)
    {
        try
        {
            write();
        }
        catch (DiskRefused refused)
        {
            DiskTroubles.Note(path, refused, probe);
            throw;
        }
    }

    private static string? HashOf(string path)
    {
        try
        {
            return File.Exists(path) ? Hash(File.ReadAllBytes(path)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiskRefused(
                $"The disk refused to read {path}: {e.Message.TrimEnd('.')}. Repair the disk, or "
                    + "let the console's user read it.",
                e
            );
        }
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

/// <summary>An act as it stands in the journal.</summary>
internal sealed record JournalLine(IReadOnlyList<JournalFile> Files, IReadOnlyList<string> Facts);

/// <summary>A file of an act.</summary>
/// <param name="Name">Its path below the state folder.</param>
/// <param name="Before">The SHA-256 of its content before; null: it was not there.</param>
/// <param name="After">The SHA-256 of <paramref name="Text"/>.</param>
internal sealed record JournalFile(string Name, string? Before, string After, string Text);
