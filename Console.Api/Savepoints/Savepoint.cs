using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TestServers.Savepoints;

/// <summary>How a savepoint is.</summary>
public enum SavepointState
{
    /// <summary>It is being made.</summary>
    Making,

    /// <summary>It is whole: one can go back to it.</summary>
    Kept,

    /// <summary>It is being dropped, as soon as its database host does it; nobody is shown it any more.</summary>
    Dropping,
}

/// <summary>What a server's databases had at one time, kept to go back to it.</summary>
/// <param name="Server">Whose databases.</param>
/// <param name="App">The app that was on the server.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Note">More of it; empty: nothing.</param>
/// <param name="By">Who keeps it.</param>
/// <param name="Copies">One for each base of the app.</param>
public sealed record Savepoint(
    JobId Id,
    ServerName Server,
    AppName App,
    string Name,
    string Note,
    string By,
    DateTimeOffset At,
    SavepointState State,
    ImmutableArray<SavedCopy> Copies
)
{
    /// <summary>When it was told that it is dropped soon; null: not yet.</summary>
    public DateTimeOffset? Told { get; init; }

    /// <summary>The one that goes as soon as this one is whole; null: none does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JobId? Instead { get; init; }

    /// <summary>It was asked for while nothing was to begin (`console drain`), and waits for that to be over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Waits { get; init; }

    /// <summary>Bytes of all its databases; null: not known.</summary>
    [JsonIgnore]
    public long? Size => Copies.Any(c => c.Size is null) ? null : Copies.Sum(c => c.Size);

    /// <summary>As people read it: savepoint 12 of qa07, before the import.</summary>
    public string Say() => $"savepoint {Id} of {Server}, {Name}";
}

/// <summary>One database of a savepoint.</summary>
/// <param name="Host">The database host.</param>
/// <param name="Size">Bytes; null until it is whole.</param>
/// <param name="DataTime">When the dump behind it was made.</param>
/// <param name="Method">How it was made: clone or file_copy.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="Closed">For how many seconds of these nobody could connect to the server's database.</param>
public sealed record SavedCopy(
    BaseName Base,
    string Host,
    long? Size = null,
    DateTimeOffset? DataTime = null,
    string? Method = null,
    double? Seconds = null,
    double? Closed = null
);

/// <summary>That a server goes back to a savepoint right now, or did when the console ended.</summary>
/// <param name="Server">The server, which may be another than the savepoint's.</param>
public sealed record GoingBack(ServerName Server, JobId Savepoint, string By, DateTimeOffset At)
{
    /// <summary>It was asked for while nothing was to begin (`console drain`), and waits for that to be over.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Waits { get; init; }
}

/// <summary>How the last thing that was done with a server's savepoints ended.</summary>
/// <param name="Savepoint">The savepoint that was made, or gone back to.</param>
/// <param name="Name">What people called it.</param>
/// <param name="Back">It was gone back to; else it was made.</param>
/// <param name="At">When it was asked for.</param>
/// <param name="Problem">Why it was not done; null: it was.</param>
public sealed record EndedSavepointWork(
    JobId Savepoint,
    string Name,
    bool Back,
    string By,
    DateTimeOffset At,
    DateTimeOffset EndedAt,
    string? Problem
);
