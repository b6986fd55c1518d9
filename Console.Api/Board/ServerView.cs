using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using TestServers.Builds;
using TestServers.Following;
using TestServers.History;
using TestServers.HostPrograms;
using TestServers.Reservations;

namespace TestServers.Board;

/// <summary>A server as it is shown: state, who has it and until when, what runs on it.</summary>
/// <param name="AsOf">When its host last told its state.</param>
/// <param name="Cleaning">A build ended here without a word, and what it left is still to be cleaned up; null: nothing
/// is.</param>
/// <param name="Unusable">Why it cannot be reserved now, as a sentence; null: it can, if nobody holds it.</param>
/// <param name="Protected">Whose alone it is; null: everybody's.</param>
/// <param name="SetAside">What builds could not remove on it, as it was told last.</param>
/// <param name="Other">What another console has put there since this one did; null: nothing. The configuration is then
/// its own.</param>
/// <param name="Otherwise">What was found to be other than this console had left it; the configuration says what it is
/// now.</param>
/// <param name="Line">Who waits for it or watches it, and whose turn it is; null: nobody.</param>
/// <param name="Tags">What it is or has, by the settings.</param>
/// <param name="Service">That it is out of service, and why; null: it is in service.</param>
/// <param name="Following">That new commits are built on it by themselves; null: they are not.</param>
/// <param name="Problem">Why the host does not answer now; the state is then the one of <paramref
/// name="AsOf"/>.</param>
public sealed record ServerView(
    ServerName Name,
    string Host,
    [property: AllowedValues(
        "no state",
        "running",
        "idle",
        "paused",
        "in shutdown",
        "shut off",
        "crashed",
        "pmsuspended"
    )]
        string State,
    DateTimeOffset? AsOf,
    string? Problem,
    string Address,
    string Url,
    ReservationView? Reservation,
    Configuration? Configuration,
    CurrentBuild? Build,
    UncleanServer? Cleaning,
    string? Unusable,
    ServerProtection? Protected,
    ImmutableArray<SetAside> SetAside,
    OtherWork? Other,
    ImmutableArray<FoundOtherwise> Otherwise,
    LineView? Line,
    ImmutableArray<TagName> Tags,
    OutOfService? Service,
    FollowingView? Following
)
{
    /// <summary>The other apps whose sites it has beside that of the configuration; left out: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AppName>? Beside { get; init; }

    /// <summary>Its host's own word for the state, as Nova's SHELVED; left out: the host has no other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }

    /// <summary>What who holds it may do with its power; left out: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PowerAction>? Power { get; init; }

    /// <summary>When it is deleted, if nobody takes it before; left out: it stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Goes { get; init; }

    /// <summary>What of its tools is older than builds need, as it said last; left out: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OldTool>? OldTools { get; init; }
}

/// <summary>The build that runs on a server, or the first that waits for it.</summary>
/// <param name="By">Who launched it.</param>
/// <param name="Reservation">The number of the reservation it was accepted under; null: an older console accepted
/// it.</param>
/// <param name="Waiting">How many more wait behind it.</param>
public sealed record CurrentBuild(
    JobId Id,
    JobState State,
    AppName App,
    RepositoryPath Path,
    string By,
    long? Reservation,
    string? Step,
    double? Progress,
    DateTimeOffset? EstimatedStart,
    DateTimeOffset? EstimatedEnd,
    int Waiting
);

/// <summary>A host as it is shown.</summary>
/// <param name="Problem">Why it does not answer now; null when it does.</param>
/// <param name="AskedAgain">When it is asked again, while it does not answer; null when it does.</param>
/// <param name="Others">Domains that are no test servers.</param>
/// <param name="Notices">Servers that are left out, a sentence each with the reason.</param>
public sealed record HostView(
    string Name,
    DateTimeOffset? AsOf,
    string? Problem,
    DateTimeOffset? AskedAgain,
    int Others,
    ImmutableArray<string> Notices
);

public sealed record ServerList(ImmutableArray<ServerView> Servers, ImmutableArray<HostView> Hosts);
