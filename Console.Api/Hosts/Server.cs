namespace TestServers.Hosts;

/// <summary>A libvirt domain, or a server of OpenStack, that is offered as a test server.</summary>
/// <param name="State">libvirt's word for it: running, shut off, paused, crashed, ...</param>
public sealed record Server(ServerName Name, string Host, string State, string Address, string Url)
{
    /// <summary>What its host calls it, which is its name unless another host has that.</summary>
    public ServerName Guest { get; init; } = Name;

    /// <summary>Whether the console has made it: it is known by its own name, or not at all.</summary>
    public bool IsMade { get; init; }

    /// <summary>The host's own word for the state, such as SHELVED; null: it has no other.</summary>
    public string? Status { get; init; }

    /// <summary>State and status, as the end of "it is ...".</summary>
    public string Says =>
        Status is null or "ACTIVE" or "SHUTOFF" or "PAUSED" ? State
        : State is "no state" ? $"in the state {Status}"
        : $"{State} ({Status})";

    public bool Running => State is "running" or "idle";

    /// <summary>Whether its state is one that a start ends.</summary>
    public bool CanBeStarted => State is "shut off" or "crashed";
}
