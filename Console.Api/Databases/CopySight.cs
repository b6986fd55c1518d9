using TestServers.Reservations;

namespace TestServers.Databases;

/// <summary>Why a copy whose server is not seen stays.</summary>
/// <param name="Passing">It comes and goes by itself, and is told elsewhere, too.</param>
public sealed record Reason(string Text, bool Passing = false);

/// <summary>
/// Whether a copy's server is seen, and whether it may be taken for gone when it is not: not seen is not gone. Nothing
/// is concluded from a list that is empty, of another machine, of a host that does not answer, or narrowed by the
/// settings.
/// </summary>
public sealed class CopySight
{
    private readonly CurrentSettings _settings;
    private readonly string _id;
    private readonly Inventory _inventory;
    private readonly ReservationBook _reservations;
    private readonly BaseFacts _bases;
    private Seen? _seen;
    private int _picture;

    public CopySight(
        CurrentSettings settings,
        StateFolder state,
        Inventory inventory,
        ReservationBook reservations,
        BaseFacts bases
    )
    {
        (_settings, _id, _inventory, _reservations, _bases) = (settings, state.Id, inventory, reservations, bases);
        inventory.Changed += () => Interlocked.Increment(ref _picture);
    }

    /// <summary>Whether another console has made it.</summary>
    public bool IsAnothers(Copy copy) => copy.Found.Console is not null && !IsOurs(copy);

    /// <summary>Whether this console has made it.</summary>
    public bool IsOurs(Copy copy) => copy.Found.Console == _id;

    /// <summary>
    /// The host that has the copy's server; null when it is not seen. Where several have it, the one remembered.
    /// </summary>
    public HostSettings? HostOf(Copy copy, CopyFacts? facts)
    {
        var hosts = HostsNow()[copy.Server].ToList();
        var name = facts is not null && hosts.Contains(facts.Host) ? facts.Host : hosts.FirstOrDefault();
        return name is null ? null : _inventory.SettingsOf(name);
    }

    /// <summary>Why the copy, whose server is not seen, stays; null when time may run.</summary>
    public Reason? ReasonToKeep(Copy copy, CopyFacts? facts) =>
        OfCopy(copy) ?? OfItsHost(copy, facts) ?? OfAnyHost(copy) ?? OfHolder(copy) ?? OfDatabaseHost(copy);

    /// <summary>Why a person may not drop it either; null when one may.</summary>
    public string? ReasonToRefuse(Copy copy)
    {
        if (copy.Found.Console is { } other && !IsOurs(copy))
            return $"It is the console {other}'s.";
        if (HostOf(copy, null) is { } host)
            return $"Its server {copy.Server} is on {host.Name}, and its site may use it.";
        if (_reservations.Of(copy.Server) is { } held)
            return $"{copy.Server} is reserved by {held.Holder} until {Times.Say(held.Until)}: {held.Purpose}.";
        return _inventory.Hosts.FirstOrDefault(h => h.AsOf is null) is { } silent
            ? $"{silent.Name} has not answered since this console's start: whether it has {copy.Server} is not known. "
                + "Wait for it, or take it out of the settings."
            : null;
    }

    // The number is read first: what is made while the picture changes is not taken for the new one's.
    private ILookup<ServerName, string> HostsNow()
    {
        var picture = Volatile.Read(ref _picture);
        if (_seen is { } seen && seen.Picture == picture)
            return seen.Hosts;
        var hosts = _inventory.Servers.ToLookup(m => m.Name, m => m.Host);
        _seen = new(picture, hosts);
        return hosts;
    }

    private Reason? OfCopy(Copy copy)
    {
        if (copy.Found.Console is null)
            return new("it carries no console's id, as an older version made it: whose it is, is not known");
        if (!IsOurs(copy))
            return new($"it is the console {copy.Found.Console}'s", Passing: true); // Which tells of it.
        return copy.Elsewhere is { } elsewhere ? new(elsewhere) : null;
    }

    private Reason? OfItsHost(Copy copy, CopyFacts? facts)
    {
        if (facts is null)
            return new($"no host is known that had {copy.Server}");
        var host = _settings.Now.Hosts.FirstOrDefault(h => h.Name == facts.Host);
        if (host is null)
            return new($"the settings no longer name the host {facts.Host}, which had {copy.Server}");
        if (host.Uri != facts.Uri)
            return new($"the settings give the host {facts.Host}, which had {copy.Server}, another uri now");
        if (_inventory.TryFindHost(facts.Host) is not { } now)
            return new($"the host {facts.Host}, which had {copy.Server}, is new in the settings", Passing: true);
        if (now.Problem is not null)
            return new(
                $"the host {facts.Host}, which had {copy.Server}, does not answer: {now.Problem.TrimEnd('.')}",
                Passing: true
            );
        return now.Domains.IsEmpty
            ? new(
                $"the host {facts.Host}, which had {copy.Server}, shows no domain at all, as if something else answered"
            )
            : null;
    }

    // It may have moved there.
    private Reason? OfAnyHost(Copy copy)
    {
        foreach (var host in _inventory.Hosts)
        {
            if (host.Problem is not null)
                return new(
                    $"the host {host.Name} does not answer, and {copy.Server} may be there: "
                        + host.Problem.TrimEnd('.'),
                    Passing: true
                );
            if (host.LeftOut.GetValueOrDefault(copy.Server.Text) is { } why)
                return new($"{copy.Server} is on {host.Name}: {why.TrimEnd('.')}");
            if (host.Servers.FirstOrDefault(s => s.Guest == copy.Server) is { } other)
                return new($"{host.Name} has a {copy.Server}, too, which is {other.Name} here and may be the same");
            if (GuestOf(copy.Server, host.Name) is { } guest && host.Domains.Contains(guest))
                return new($"{copy.Server} was {guest} of {host.Name}, which is there");
            if (host.Domains.Contains(copy.Server.Text))
                return new(
                    $"{copy.Server} is on {host.Name}, but hosts.{host.Name}.servers in the settings does not match it"
                );
        }
        return null;
    }

    // What a host calls a server that has its name beside another one.
    private static string? GuestOf(ServerName server, string host) =>
        server.Text.EndsWith("." + host, StringComparison.Ordinal) ? server.Text[..^(host.Length + 1)] : null;

    private Reason? OfHolder(Copy copy) =>
        _reservations.Of(copy.Server) is { } held
            ? new(
                $"{copy.Server} is reserved by {held.Holder} until {Times.Say(held.Until)}: {held.Purpose}",
                Passing: true
            )
            : null;

    private Reason? OfDatabaseHost(Copy copy) =>
        _bases.ProblemOf(copy.Host) is { } problem
            ? new($"the database host {copy.Host.Settings.Name} does not answer: {problem.TrimEnd('.')}", Passing: true)
            : null;

    /// <summary>Which hosts have a server, by the picture of this number.</summary>
    private sealed record Seen(int Picture, ILookup<ServerName, string> Hosts);
}
