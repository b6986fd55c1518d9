namespace TestServers.Hosts;

/// <summary>A kind of host, such as libvirt: how it says which servers it has.</summary>
public interface IHostKind
{
    /// <summary>Whether the settings mean this kind by a host.</summary>
    bool IsOf(HostSettings host);

    /// <summary>Asks a host for all that it has. It answers in a bounded time, whatever is wrong with it.</summary>
    Task<HostAnswer> List(HostSettings host, CancellationToken cancel);

    /// <summary>Asks a host once for all that it has, by the connection that is used for something else.</summary>
    Task<HostAnswer> ListBy(HostUse use, HostSettings host, CancellationToken cancel);

    /// <summary>Lets go of what was kept to ask a host, as it is not asked any more.</summary>
    Task Leave(HostSettings host) => Task.CompletedTask;

    /// <summary>Does something with a server's power, in a bounded time.</summary>
    /// <param name="guest">The server, as the host calls it.</param>
    /// <returns>Null: it was taken; else a sentence that says what went wrong.</returns>
    Task<string?> Switch(HostSettings host, ServerName guest, PowerAction action, CancellationToken cancel);

    /// <summary>
    /// What an administrator can do about a state in which a server cannot be used, as the begin of a sentence; null:
    /// look at it.
    /// </summary>
    string? RemedyFor(HostSettings host, Server server);
}

/// <summary>What a host said.</summary>
/// <param name="Listing">Null: it did not say, and <paramref name="Problem"/> is the reason.</param>
/// <param name="Problem">A sentence, with where to look.</param>
public sealed record HostAnswer(HostListing? Listing, string? Problem)
{
    /// <summary>How long it is left alone before it is asked again; null: as long as is usual.</summary>
    public TimeSpan? Pause { get; init; }
}

/// <summary>All that a host has, whether it is offered or not.</summary>
/// <param name="Odd">What is listed and not understood, each with the reason.</param>
public sealed record HostListing(IReadOnlyList<ListedServer> Servers, IReadOnlyList<(string Name, string Reason)> Odd)
{
    /// <summary>The names of those that the settings do not mean, by more than their names.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Whether another one says nothing else, in the same order.</summary>
    public bool SaysTheSameAs(HostListing other) =>
        Servers.SequenceEqual(other.Servers) && Odd.SequenceEqual(other.Odd) && Others.SequenceEqual(other.Others);
}

/// <summary>One of them, as its host calls it.</summary>
public sealed record ListedServer(string Name, string State)
{
    /// <summary>The host's own word for the state, where it has others.</summary>
    public string? Status { get; init; }

    /// <summary>Whether the console has made it.</summary>
    public bool IsMade { get; init; }

    /// <summary>Where it is reached; null: where the settings say.</summary>
    public string? Address { get; init; }
}
