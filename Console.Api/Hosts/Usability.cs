namespace TestServers.Hosts;

/// <summary>
/// The one rule which servers may be reserved: those that can be used. It runs, its host answers, and the last call of
/// its program reached it. The page is sent what this says, and asks nothing else.
/// </summary>
public sealed class Usability(Inventory inventory, Reachability reachability)
{
    /// <summary>Why a server cannot be used now, as a sentence with what to do; null when it can.</summary>
    public string? WhyNot(Server machine)
    {
        if (!machine.Running)
            return $"{machine.Name} is {machine.State}. Start it on {machine.Host}, or take another server.";
        var host = inventory.Hosts.First(h => h.Name == machine.Host);
        if (host.Problem is { } problem)
            return $"{machine.Host}, the host of {machine.Name}, does not answer: {problem} Take a "
                + "server of another host, or try again when it answers.";
        return reachability.Of(machine.Name) is { } unreachable
            ? $"{machine.Name} cannot be reached since {Times.Say(unreachable.Since)}: "
                + $"{unreachable.Reason} It is tried again by itself; take another server meanwhile."
            : null;
    }

    /// <summary>Lets pass a server that can be used.</summary>
    /// <exception cref="Problem">404: there is no such server; 409: it cannot be used now.</exception>
    public Server Ensure(ServerName server)
    {
        var machine = inventory.Find(server);
        return WhyNot(machine) is { } why
            ? throw Problem.Conflict(why).With("server", server).With("state", machine.State)
            : machine;
    }
}
