using TestServers.Settings;

namespace TestServers.Hosts;

/// <summary>A kind of host, such as libvirt: how it says which servers it has.</summary>
public interface IHostKind
{
    /// <summary>Whether the settings mean this kind by a host.</summary>
    bool IsOf(HostSettings host);

    /// <summary>Asks a host for all that it has. It answers in a bounded time, whatever is wrong with it.</summary>
    Task<HostAnswer> List(HostSettings host, CancellationToken cancel);

    /// <summary>Does something with a server's power, in a bounded time.</summary>
    /// <returns>Null: it was taken; else a sentence that says what went wrong.</returns>
    Task<string?> Switch(HostSettings host, ServerName server, PowerAction action, CancellationToken cancel);
}

/// <summary>What a host said.</summary>
/// <param name="Listing">Null: it did not say, and <paramref name="Problem"/> is the reason.</param>
/// <param name="Problem">A sentence, with where to look.</param>
public sealed record HostAnswer(HostListing? Listing, string? Problem);

/// <summary>All that a host has, whether it is offered or not.</summary>
/// <param name="Odd">What is listed and not understood, each with the reason.</param>
public sealed record HostListing(IReadOnlyList<ListedServer> Servers, IReadOnlyList<(string Name, string Reason)> Odd);

/// <summary>One of them, as its host calls it.</summary>
public sealed record ListedServer(string Name, string State);
