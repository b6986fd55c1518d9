namespace TestServers.Hosts;

/// <summary>
/// The one rule which servers may be reserved: those that can be used. It is in service and runs, its host answers, and
/// the last call of its program reached it. The page is sent what this says, and asks nothing else.
/// </summary>
public sealed class Usability(
    Inventory inventory,
    Reachability reachability,
    OutOfServiceServers service,
    MadeServers made
)
{
    /// <summary>Why a server cannot be used now, as a sentence with what to do; null when it can.</summary>
    public string? WhyNot(Server server) => service.WhyNot(server.Name) ?? Obstacle(server);

    /// <summary>Why a server cannot be used now by administrators either, who may build on one that is out of service;
    /// null when they can.</summary>
    public string? Obstacle(Server server)
    {
        if (made.WhyNot(server) is { } notYet)
            return notYet;
        if (!server.Running)
            return $"{server.Name} is {server.Says}. {RemedyOf(server)}";
        if (inventory.TryFindHost(server.Host)?.Problem is { } problem)
            return $"{server.Host}, the host of {server.Name}, does not answer: {problem} Take a "
                + "server of another host, or try again when it answers.";
        return reachability.Of(server.Name) is { } unreachable
            ? $"{server.Name} cannot be reached since {Times.Say(unreachable.Since)}: "
                + $"{unreachable.Reason} It is tried again by itself; take another server meanwhile."
            : null;
    }

    /// <summary>What holds of a server that is out of service; null: it is in service.</summary>
    public OutOfService? OutOfService(ServerName server) => service.Of(server);

    /// <inheritdoc cref="OutOfServiceServers.WhyNot"/>
    public string? WhyOutOfService(ServerName server) => service.WhyNot(server);

    /// <summary>Whether there is such a server, and it can be used now.</summary>
    public bool CanBeUsed(ServerName server) => inventory.TryFind(server) is { } machine && WhyNot(machine) is null;

    /// <summary>Lets pass a server that is in service.</summary>
    /// <inheritdoc cref="OutOfServiceServers.Ensure"/>
    public void EnsureInService(ServerName server) => service.Ensure(server);

    /// <summary>Lets pass a server that can be reserved: it can be used, or who holds it can start it.</summary>
    /// <exception cref="Problem">404: there is no such server; 409: it cannot be used now.</exception>
    public Server Ensure(ServerName server)
    {
        var found = inventory.Find(server);
        service.Ensure(server);
        return MayBeStarted(found) ? found : EnsureNoObstacle(server);
    }

    /// <summary>Whether who holds it can start it, so that it can be reserved for that.</summary>
    public bool MayBeStarted(Server server) =>
        server.CanBeStarted
        && made.WhyNot(server) is null
        && inventory.SettingsOf(server.Host)?.Power.Contains(PowerAction.Start) == true
        && inventory.TryFindHost(server.Host) is { Problem: null };

    private string RemedyOf(Server server) =>
        MayBeStarted(server)
            ? "Who holds it can start it here."
            : $"{inventory.RemedyFor(server) ?? $"Look at it on {server.Host}"}, or take another server.";

    /// <summary>Lets pass a server that administrators can use.</summary>
    /// <exception cref="Problem">404: there is no such server; 409: it cannot be used now.</exception>
    public Server EnsureNoObstacle(ServerName server)
    {
        var found = inventory.Find(server);
        return Obstacle(found) is { } why
            ? throw Problem.Conflict(why).With("server", server).With("state", found.State)
            : found;
    }
}
