using System.Text.RegularExpressions;
using TestServers.Apps;
using TestServers.Builds;
using TestServers.Databases;

namespace TestServers.Administration;

/// <summary>Which facts of the audit are wanted; what is null does not matter.</summary>
/// <param name="Before">Those before this place, which a page before names; null: the newest.</param>
public sealed record AuditWish(
    string? Actor,
    string? Server,
    string? Action,
    IReadOnlySet<AuditOutcome>? Outcomes,
    DateTimeOffset? From,
    DateTimeOffset? To,
    long? Before,
    int Limit
);

/// <summary>What came of a fact: it was done, or refused; or how the build or restore that was asked for is by
/// now.</summary>
public enum AuditOutcome
{
    Done,
    Refused,
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
    Interrupted,

    /// <summary>The build or restore is no longer kept.</summary>
    Unknown,
}

/// <summary>A fact of the audit as it is shown.</summary>
/// <param name="Actor">Who did it; `console`: the console itself.</param>
/// <param name="Token">The token of theirs with which they did it; null: none.</param>
/// <param name="Address">From where, as far as the web server told it.</param>
/// <param name="Target">What it was done to: a server, a base, a token.</param>
/// <param name="Detail">Reason and limits, in words; or why it was refused.</param>
public sealed record AuditEntry(
    DateTimeOffset At,
    string Actor,
    CallerKind Kind,
    string? Token,
    string? Address,
    string Action,
    string Target,
    AuditOutcome Outcome,
    string? Detail
);

/// <summary>Facts of the audit, newest first.</summary>
/// <param name="Next">What to send as `before` for older ones; null: there are none.</param>
/// <param name="IsCut">There were older ones, which are no longer kept.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Facts, long? Next, bool IsCut);

/// <summary>
/// Reads the audit from its end, over its parts. However long it is, one call reads a bounded piece of it; the next
/// goes on there, although a part was ended meanwhile.
/// </summary>
public sealed partial class AuditReader(
    LineParts audit,
    Secrets secrets,
    JobStore<Build> builds,
    JobStore<Restore> restores
)
{
    private const int MostLines = 100_000;

    // A clock may have been set back, and the lines are in the order in which they were written.
    private static readonly TimeSpan ClockSteps = TimeSpan.FromHours(2);

    /// <summary>The facts that are wanted: for an administrator of all, for others of what they did
    /// themselves.</summary>
    /// <exception cref="Problem">410: what stood before the wished place is no longer kept.</exception>
    public AuditPage Read(AuditWish wish, Caller caller)
    {
        if (wish.Before < audit.Kept)
            throw Problem.Gone(
                "The audit no longer has what was done before this place: it was removed since the page before, as "
                    + "`audit` in the settings says. Begin again without `before` for what is kept."
            );
        var (facts, read, last) = (new List<AuditEntry>(), 0, wish.Before);
        foreach (var (start, line) in audit.Back(wish.Before))
        {
            if (facts.Count == wish.Limit || read++ == MostLines)
                return new(facts, last, IsCut: false);
            last = start;
            if (AuditFact.Of(line) is not { } fact)
                continue;
            if (fact.At + ClockSteps < wish.From)
                return new(facts, null, IsCut: false);
            if (IsWanted(fact, wish) && (caller.IsAdministrator || fact.Who == caller.Name))
                facts.Add(Shown(fact));
        }
        return new(facts, null, IsCut: audit.Kept > 0);
    }

    private bool IsWanted(AuditFact fact, AuditWish wish) =>
        (wish.Actor is null || fact.Who == wish.Actor)
        && (wish.Server is null || fact.On == wish.Server)
        && (wish.Action is null || fact.What == wish.Action)
        && (wish.Outcomes is null || wish.Outcomes.Contains(OutcomeOf(fact)))
        && (wish.From is null || fact.At >= wish.From)
        && (wish.To is null || fact.At < wish.To);

    private AuditEntry Shown(AuditFact fact) =>
        new(
            fact.At,
            fact.Who,
            fact.Kind,
            fact.Token,
            fact.From,
            fact.What,
            fact.On,
            OutcomeOf(fact),
            fact.More is null ? null : secrets.Hide(fact.More)
        );

    private AuditOutcome OutcomeOf(AuditFact fact)
    {
        if (fact.Refused)
            return AuditOutcome.Refused;
        if (fact.What is not ("build" or "restore") || Number().Match(fact.More ?? "") is not { Success: true } number)
            return AuditOutcome.Done;
        var id = JobId.From(number.Groups[1].Value);
        Job? job =
            id is null ? null
            : fact.What == "build" ? builds.Find(id)
            : restores.Find(id);
        return job is null ? AuditOutcome.Unknown : Enum.Parse<AuditOutcome>(job.State.ToString());
    }

    [GeneratedRegex(@"\A(?:build|restore) ([0-9]+)")]
    private static partial Regex Number();
}
