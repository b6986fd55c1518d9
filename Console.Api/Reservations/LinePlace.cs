using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>
/// A person's place in the line for one server, or for any; or only the wish to be told when one is free.
/// </summary>
/// <param name="Number">Rises with every place; who has the lower one comes first.</param>
/// <param name="Server">Null: any server.</param>
/// <param name="App">Of any server: those that have it come first.</param>
/// <param name="Host">Of any server: only those of this host.</param>
/// <param name="Purpose">What for; null: they only watch.</param>
/// <param name="Hours">For how long they will have it, when they say nothing else as they take it.</param>
/// <param name="Until">When the place is lost although its turn has not come.</param>
public sealed record LinePlace(
    long Number,
    string Person,
    ServerName? Server,
    AppName? App,
    string? Host,
    string? Purpose,
    double Hours,
    DateTimeOffset Since,
    DateTimeOffset Until
)
{
    /// <summary>They do not wait, and are told when a server is free.</summary>
    public bool Watch { get; init; }

    /// <summary>The Idempotency-Key under which a script asks again and again; null: a person waits.</summary>
    public string? Key { get; init; }

    /// <summary>Of any server: only those that have all of them.</summary>
    public ImmutableArray<TagName> Tags { get; init; } = [];

    /// <summary>Of any server: only these, as the script's token is for no others; null: all.</summary>
    public ImmutableArray<ServerName>? Only { get; init; }

    /// <summary>What it is a place for, in words.</summary>
    public string What =>
        Server?.Text
        ?? $"any server{(Host is null ? "" : $" of {Host}")}{(Tags.IsEmpty ? "" : $" with {string.Join(", ", Tags)}")}";
}

/// <summary>A server that is held for the person whose turn it is, until they take it or the turn is over.</summary>
/// <param name="Place">The number of their place.</param>
public sealed record LineTurn(ServerName Server, long Place, string Person, DateTimeOffset Since, DateTimeOffset Until);
