namespace TestServers.Hosts;

/// <summary>A domain that is offered as a test server.</summary>
/// <param name="State">libvirt's word for it: running, shut off, paused, crashed, ...</param>
public sealed record Server(ServerName Name, string Host, string State, string Address, string Url)
{
    public bool Running => State is "running" or "idle";

    /// <summary>Whether its state is one that a start ends.</summary>
    public bool CanBeStarted => State is "shut off" or "crashed";
}
