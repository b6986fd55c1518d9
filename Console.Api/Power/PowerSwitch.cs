using TestServers.Builds;
using TestServers.Reservations;

namespace TestServers.Power;

/// <summary>
/// Starts servers, shuts them down and resets them, where the settings of their host allow it: for who holds one, and
/// for administrators. It is in the audit before the host is asked, and nothing else begins on the server meanwhile.
/// </summary>
internal sealed class PowerSwitch(
    Inventory inventory,
    IEnumerable<IHostKind> kinds,
    ReservationBook book,
    ProtectedServers protection,
    Usability usability,
    IdleServers idle,
    BusyServers busy,
    Concerns concerns,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    ILogger<PowerSwitch> log
)
{
    // A host that does not answer by then is shown as of when it did.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Does it; what is so already stays as it is.</summary>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">403: its host does not allow it; 404: there is no such server; 409: it is not one's
    /// own, it is in another state, or something is under way there; 502: its host could not do it.</exception>
    public async Task<SwitchedPower> Switch(ServerName server, PowerAction action, long? number, Deed deed)
    {
        SwitchedPower? answer = null;
        Reservation? held = null;
        HostSettings? host = null;
        ServerName? guest = null;
        await journal.Do(act =>
        {
            answer = answers.Find<SwitchedPower>(deed);
            if (answer is not null)
                return;
            var machine = inventory.Find(server);
            held = Holding(server, number, deed.Caller);
            host = EnsureAllowed(machine, action);
            guest = machine.Guest;
            if (PowerRules.IsSo(machine, action))
            {
                answer = new(server, action, $"{server} is {machine.State} already. Nothing was done.");
                return;
            }
            PowerRules.EnsureFits(machine, action);
            idle.Ensure(server);
            busy.Begin(act, server, $"{server} is being {PowerRules.Done(action)}.");
            var of = held is null ? "" : $", number {held.Number} of {held.Holder}";
            audit.Write(act, deed.Caller, "power", server.Text, PowerRules.Name(action) + of);
        });
        return answer ?? await Do(server, host!, guest!, action, held, deed);
    }

    private async Task<SwitchedPower> Do(
        ServerName server,
        HostSettings host,
        ServerName guest,
        PowerAction action,
        Reservation? held,
        Deed deed
    )
    {
        string? fault;
        try
        {
            // Who asked may be gone: what has begun is done.
            fault = await kinds.First(k => k.IsOf(host)).Switch(host, guest, action, CancellationToken.None);
            // Until then it is busy, as all would be decided by how it was before.
            await inventory.SeeAgain(host.Name, Patience);
        }
        finally
        {
            busy.End(server);
        }
        var answer = new SwitchedPower(server, action, PowerRules.Tell(server, action));
        await Settle(act =>
        {
            if (fault is not null)
            {
                audit.Write(act, deed.Caller, "power failed", server.Text, $"{PowerRules.Name(action)}: {fault}");
                return;
            }
            TellOthers(act, held, action, deed.Caller.Name);
            // Somebody may have taken it over meanwhile.
            if (book.Of(server) is { } now && now.Number != held?.Number)
                TellOthers(act, now, action, deed.Caller.Name);
            answers.Keep(act, deed, answer);
            book.TellAfter(act, server);
        });
        if (fault is not null)
            throw Problem.Failed($"{server} could not be {PowerRules.Done(action)}: {fault}").With("server", server);
        return answer;
    }

    // The host has done it, or not: a disk that refuses changes nothing of that.
    private async Task Settle(Action<Act> settle)
    {
        try
        {
            await journal.Do(settle);
        }
        catch (DiskRefused refused)
        {
            log.LogError("How a server's power was switched is not written down: {Reason}", refused.Message);
        }
    }

    private Reservation? Holding(ServerName server, long? number, Caller caller)
    {
        var held = book.Of(server);
        if (number is not null && held?.Number != number)
            throw ReservationBook.Gone(server, number.Value, held);
        if (caller.IsAdministrator)
            return held;
        if (held is null)
            throw Problem.Conflict($"Nobody holds {server}. Reserve it first.").With("server", server);
        if (held.Holder != caller.Name)
            throw book.HeldBy(held);
        protection.Ensure(server, held.Holder);
        usability.EnsureInService(server);
        return book.IsOver(held) ? throw book.Over(held) : held;
    }

    private HostSettings EnsureAllowed(Server machine, PowerAction action)
    {
        if (inventory.SettingsOf(machine.Host) is not { } host || !host.Power.Contains(action))
            throw Problem.Forbidden(
                $"Servers of {machine.Host} are not {PowerRules.Done(action)} from here: the settings of that host do "
                    + "not allow it. Ask an administrator."
            );
        if (inventory.FindHost(machine.Host).Problem is { } problem)
            throw Problem
                .Conflict($"{machine.Host}, the host of {machine.Name}, does not answer: {problem} Nothing was done.")
                .With("server", machine.Name);
        return host;
    }

    private void TellOthers(Act act, Reservation? held, PowerAction action, string by)
    {
        if (held is null)
            return;
        foreach (var person in held.SharedWith.Append(held.Holder).Where(p => p != by).Distinct(StringComparer.Ordinal))
            concerns.Raise(act, ConcernKind.Power, person, held.Server, held.Number, by, PowerRules.Done(action));
    }
}

/// <summary>What was done with a server's power.</summary>
/// <param name="Message">What that means, as a sentence.</param>
public sealed record SwitchedPower(ServerName Server, PowerAction Action, string Message);
