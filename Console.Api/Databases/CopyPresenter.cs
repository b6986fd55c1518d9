namespace TestServers.Databases;

/// <summary>A copy whose server is not seen.</summary>
/// <param name="Host">The database host.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Console">The id of the console that has made it; null: it carries none.</param>
/// <param name="Foreign">Whether that is another console than this one.</param>
/// <param name="GoneSince">Since when its server's host has not had the server; null while that is not known.</param>
/// <param name="DroppedAt">
/// When it is dropped by itself, if nothing comes between; null: not for the time being.
/// </param>
/// <param name="Kept">Why it stays; null when it is dropped by itself.</param>
/// <param name="MayBeDropped">Whether a person may drop it at once.</param>
public sealed record CopyView(
    CopyName Database,
    string Host,
    BaseName Base,
    ServerName Server,
    long? Size,
    DateTimeOffset? DataTime,
    string? Console,
    bool Foreign,
    DateTimeOffset? GoneSince,
    DateTimeOffset? DroppedAt,
    string? Kept,
    bool MayBeDropped
);

/// <summary>A copy that a person has dropped.</summary>
/// <param name="Message">What went, in a sentence.</param>
/// <param name="Copy">As it was shown before.</param>
public sealed record DroppedCopy(string Message, CopyView Copy);

/// <summary>Databases that the console does not need now and keeps.</summary>
/// <param name="KeptDays">For how many days it is told that a server is not seen before its copy is dropped.</param>
public sealed record CopyList(double KeptDays, IReadOnlyList<CopyView> Copies, IReadOnlyList<LeftoverView> Leftovers);

/// <summary>Shows copies whose server is not seen, and what is left of bases that are not in the settings.</summary>
public sealed class CopyPresenter
{
    private readonly CurrentSettings _settings;
    private readonly Copies _copies;
    private readonly CopySight _sight;
    private readonly CopyKeeper _keeper;
    private readonly Journal _journal;
    private readonly KeptAnswers _answers;
    private readonly Lock _telling = new();
    private CopyList? _told;

    public CopyPresenter(
        CurrentSettings settings,
        Copies copies,
        CopySight sight,
        CopyKeeper keeper,
        Journal journal,
        KeptAnswers answers
    )
    {
        (_settings, _copies, _sight, _keeper) = (settings, copies, sight, keeper);
        (_journal, _answers) = (journal, answers);
        keeper.Looked += TellChange;
    }

    /// <summary>Raised when the list has changed.</summary>
    public event Action<CopyList>? Changed;

    public CopyList All =>
        new(_settings.Now.Copies.KeptDays, [.. Unseen.Select(Of)], [.. Leftovers.Of(_copies, _sight)]);

    /// <summary>Drops a copy because a person wants it.</summary>
    /// <param name="host">The database host, needed where several have a copy of that name.</param>
    /// <exception cref="Problem">
    /// 404: there is none; 409: several hosts have it, its server is seen or held, or it is another console's; 502: its
    /// host could not do it.
    /// </exception>
    public async Task<DroppedCopy> Drop(CopyName database, string? host, Deed deed)
    {
        if (_answers.Find<DroppedCopy>(deed) is { } earlier)
            return earlier;
        var copy = Find(database, host);
        deed.Caller.MustReach(copy.Server);
        deed.Caller.MustReach(
            _settings.Now.Apps.Where(a => a.Uses(copy.Found.Base)).Select(a => a.Name),
            $"of the base {copy.Found.Base}"
        );
        var answer = new DroppedCopy($"Dropped {database}: {CopyDrop.Say(copy)}.", Of(copy));
        await _keeper.Drop(copy, deed.Caller);
        try
        {
            await _journal.Do(act => _answers.Keep(act, deed, answer));
        }
        catch (DiskRefused)
        {
            // It is dropped, and the audit has it. Only the key is not remembered: asked again, there is no such copy.
        }
        return answer;
    }

    public CopyView Of(Copy copy)
    {
        var facts = _copies.FactsOf(copy);
        var found = copy.Found;
        return new(
            copy.Name,
            copy.Host.Settings.Name,
            found.Base,
            copy.Server,
            found.Size,
            found.DataTime,
            found.Console,
            _sight.IsAnothers(copy),
            facts?.Gone,
            _keeper.DropOf(copy),
            _sight.ReasonToKeep(copy, facts)?.Text,
            _sight.ReasonToRefuse(copy) is null
        );
    }

    private Copy Find(CopyName database, string? host)
    {
        var named = _copies
            .All.Where(c => c.Name == database && (host is null || c.Host.Settings.Name == host))
            .ToList();
        var hosts = string.Join(" and ", named.Select(c => c.Host.Settings.Name));
        if (named.Count > 1)
            throw Problem.Conflict($"{hosts} have a database {database}: say which, by ?host=.");
        return named.FirstOrDefault()
            ?? throw Problem.NotFound(
                "copy",
                $"No console has made a copy {database} on {host ?? "any database host that has answered"}. "
                    + "GET api/copies lists the copies whose server is not seen."
            );
    }

    private IEnumerable<Copy> Unseen => _copies.All.Where(c => _sight.HostOf(c, null) is null);

    private void TellChange()
    {
        lock (_telling)
        {
            var now = All;
            if (
                _told is { } before
                && before.Copies.SequenceEqual(now.Copies)
                && before
                    .Leftovers.Select(l => l.Message)
                    .SequenceEqual(now.Leftovers.Select(l => l.Message), StringComparer.Ordinal)
            )
                return;
            _told = now;
            Changed?.Invoke(now);
        }
    }
}
