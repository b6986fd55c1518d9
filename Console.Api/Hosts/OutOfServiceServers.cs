namespace TestServers.Hosts;

/// <summary>
/// Which servers are out of service now: computed from the clock at every look, so that none is so for longer than was
/// said.
/// </summary>
public sealed class OutOfServiceServers(JsonFile<ServiceState> file, TimeProvider clock)
{
    /// <summary>All that was said: the same object as long as nothing changes.</summary>
    internal ServiceState State => file.Value;

    /// <summary>What holds of a server now; null: it is in service.</summary>
    public OutOfService? Of(ServerName server) =>
        file.Value.On(server) is { } service && !IsOver(service) ? service : null;

    /// <summary>Whether it has ended by its time.</summary>
    public bool IsOver(OutOfService service) => service.Until <= clock.GetUtcNow();

    /// <summary>Why nobody is given a server, as a sentence; null: it is in service.</summary>
    public string? WhyNot(ServerName server) => Of(server) is { } service ? Say(service) : null;

    /// <summary>Lets pass a server that is in service.</summary>
    /// <exception cref="Problem">409, with the note and the end.</exception>
    public void Ensure(ServerName server)
    {
        if (Of(server) is { } service)
            throw Problem
                .OutOfService(Say(service))
                .With("server", server)
                .With("note", service.Note)
                .With("since", service.Since)
                .With("until", service.Until);
    }

    private static string Say(OutOfService service)
    {
        var end = service.Until is { } until ? $" until {Times.Say(until)}" : "";
        return $"{service.Server} is out of service{end}: {service.Note.TrimEnd('.')} ({service.By}). Take another "
            + "server, or wait in its line.";
    }
}
