namespace TestServers.Power;

/// <summary>In which states of libvirt what can be done with a server's power, and the words for it.</summary>
internal static class PowerRules
{
    /// <summary>Whether it is so already.</summary>
    public static bool IsSo(Server machine, PowerAction action) =>
        action switch
        {
            PowerAction.Start => machine.Running,
            PowerAction.Shutdown => machine.State is "shut off" or "in shutdown",
            _ => false,
        };

    /// <summary>Lets pass a server in a state in which that can be done.</summary>
    /// <exception cref="Problem">409: it is in another.</exception>
    public static void EnsureFits(Server machine, PowerAction action)
    {
        var fits = action switch
        {
            PowerAction.Start => machine.CanBeStarted,
            PowerAction.Shutdown => machine.Running,
            _ => machine.Running || machine.State is "paused" or "in shutdown",
        };
        if (!fits)
            throw Problem
                .Conflict($"{machine.Name} is {machine.Says}, and cannot be {Done(action)}. {Advice(machine, action)}")
                .With("server", machine.Name)
                .With("state", machine.State);
    }

    /// <summary>As the audit calls it.</summary>
    public static string Name(PowerAction action) =>
        action switch
        {
            PowerAction.Start => "start",
            PowerAction.Shutdown => "shut down",
            _ => "reset",
        };

    /// <summary>What was done to the server, as the end of a sentence.</summary>
    public static string Done(PowerAction action) =>
        action switch
        {
            PowerAction.Start => "started",
            PowerAction.Shutdown => "shut down",
            _ => "reset",
        };

    /// <summary>What it means that it was done.</summary>
    public static string Tell(ServerName server, PowerAction action) =>
        action switch
        {
            PowerAction.Start => $"{server} is started. It can be used when its system is up.",
            PowerAction.Shutdown => $"{server} is asked to shut down. Its system does that in its own time; one that "
                + "hangs does not.",
            _ => $"{server} is reset. It can be used when its system is up again.",
        };

    private static string Advice(Server machine, PowerAction action) =>
        machine.CanBeStarted && action == PowerAction.Reset ? "Start it."
        : machine.State is "in shutdown" ? "Wait until it is shut off."
        : $"Ask an administrator of {machine.Host}: what is {machine.State} is put right there.";
}
