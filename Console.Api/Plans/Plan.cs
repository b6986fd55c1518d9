using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TestServers.Builds;
using TestServers.History;

namespace TestServers.Plans;

/// <summary>What a build would change, or what has changed between two.</summary>
/// <param name="Refusal">Why such a build would not be accepted now: what the launch would say.</param>
/// <param name="Failure">Why such a build would be accepted and fail, as far as that is known before.</param>
public sealed record Plan(
    ServerName Server,
    AppName App,
    DatabasePlan? Database,
    CodePlan? Code,
    ImmutableArray<FileChange> Settings,
    string? Refusal,
    string? Failure,
    ImmutableArray<string> LeftOut
)
{
    /// <summary>
    /// Every database, where the app has several or several bases, also when none is replaced: what it would come from,
    /// or comes from. The one above is then the usual one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DatabasePlan>? Databases { get; init; }

    /// <summary>
    /// The migrations of a database that stays beside those of the code that comes; null: the app does not ask for
    /// that, or they cannot be told before.
    /// </summary>
    public MigrationsPlan? Migrations { get; init; }

    /// <summary>
    /// What becomes of the other apps on the server, in a sentence; left out: there is none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Others { get; init; }

    /// <summary>
    /// There is nothing to do: the same revision is there, untouched, with the same settings, and its last build has
    /// succeeded. It can be built all the same.
    /// </summary>
    public bool Nothing { get; init; }
}

/// <param name="Unknown">What the database has had applied and the code does not have, at most 200.</param>
/// <param name="Pending">What the code has and the database has not had.</param>
public sealed record MigrationsPlan(ImmutableArray<string> Unknown, ImmutableArray<string> Pending)
{
    /// <summary>What to choose instead, as a sentence; null: the database will do.</summary>
    public string? Advice =>
        Unknown.IsEmpty
            ? null
            : $"The kept database has {(Unknown.Length == 1 ? "1 migration" : $"{Unknown.Length} migrations")} that "
                + "this code does not know: take a fresh copy.";
}

/// <param name="Method">
/// spare: at once; copy: a plain copy is made; null between two entries of a history, where nothing is to be copied.
/// </param>
/// <param name="NowDoubt">Why it is not known how old the data are that are there now; null: it is.</param>
/// <param name="ThenDoubt">The same of the data that come.</param>
public sealed record DatabasePlan(
    BaseName Base,
    [property: AllowedValues("spare", "copy", null)] string? Method,
    DateTimeOffset? Now,
    DateTimeOffset? Then,
    string? NowDoubt = null,
    string? ThenDoubt = null
)
{
    /// <summary>What the app calls it; left out where it has but one, of one base.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DatabaseName? Name { get; init; }

    /// <summary>The base that it comes from now, where that is another; left out: the same, or there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BaseName? From { get; init; }

    /// <summary>The database host on which it is made, where the base is on several; left out: its only one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>
    /// Why there, and what becomes of a copy on another one, as a sentence; left out with the host.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Why { get; init; }
}

/// <param name="Relation">same, forward, back or other; null when it is not known.</param>
/// <param name="More">Whether there are more commits than the ones listed.</param>
/// <param name="Problem">Why the commits cannot be told.</param>
/// <param name="Missing">Whether the repository has answered that it has no such path or revision: a build of it would
/// fail.</param>
public sealed record CodePlan(
    KeptCode? From,
    CodeTarget To,
    [property: AllowedValues("same", "forward", "back", "other", null)] string? Relation,
    bool More,
    ImmutableArray<Commit> Commits,
    string? Problem,
    bool Missing = false
)
{
    /// <summary>Of Subversion, the revision in which the wanted path last changed; null: it is not known, or is
    /// Git's.</summary>
    public Revision? LastChanged { get; init; }

    /// <summary>Nobody has changed a file of the working copy.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsUntouched { get; init; }

    /// <summary>What a build would go without, as far as the repository tells before.</summary>
    [JsonIgnore]
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>Those of the database that stays; null: they are not told.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public MigrationsPlan? Migrations { get; init; }

    /// <summary>The server has another revision than the one that was known.</summary>
    [JsonIgnore]
    public bool FoundOther { get; init; }

    /// <summary>
    /// A build would fail for its problem, too: what is asked is not in the repository, or is refused by the server.
    /// </summary>
    [JsonIgnore]
    public bool Fails { get; init; }
}

/// <param name="Side">new: it comes; gone: it is there now and would go.</param>
public sealed record Commit(
    Revision Revision,
    string? Author,
    DateTimeOffset? At,
    string? Message,
    [property: AllowedValues("new", "gone")] string Side
);

/// <summary>The lines of a settings file that differ.</summary>
public sealed record FileChange(string File, ImmutableArray<ChangedLine> Lines);

/// <param name="Kind">same, gone or new.</param>
public sealed record ChangedLine([property: AllowedValues("same", "gone", "new")] string Kind, string Text);
