using System.Collections.Concurrent;
using TestServers.Builds;
using TestServers.HostPrograms;
using TestServers.Reservations;

namespace TestServers.Making;

/// <summary>
/// Makes a server when somebody waits for any and none is free, and deletes it when nobody needs it any more. What a
/// host is to do is written down before it is asked; what became of it is what the host shows under the name and the
/// mark, so that a kill or a silent host leaves nothing behind.
/// </summary>
public sealed class ServerMaker(
    CurrentSettings settings,
    IEnumerable<IServerMaking> kinds,
    Inventory inventory,
    LineTurns turns,
    MakingNeed need,
    MakingBook book,
    UnusedServers unused,
    GuestProgram guest,
    TimeProvider clock,
    ILogger<ServerMaker> log
) : BackgroundService
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1),
        // A host shows what it has taken at once; a call that was cut off may still be on its way.
        Settling = TimeSpan.FromMinutes(1),
        // How long what may still come is looked for.
        Lost = TimeSpan.FromDays(1),
        WhileMade = TimeSpan.FromSeconds(2),
        WhileDeleted = TimeSpan.FromSeconds(5),
        AfterTrouble = TimeSpan.FromSeconds(15),
        WhileLost = TimeSpan.FromMinutes(1),
        SeenLimit = TimeSpan.FromSeconds(5);

    private readonly DrainMark _drain = new(settings.Newest.State);
    private readonly ConcurrentDictionary<ServerName, (long At, TimeSpan Pause)> _later = new();
    private readonly ConcurrentDictionary<ServerName, string> _troubles = new();
    private readonly ConcurrentDictionary<ServerName, long> _taken = new();

    /// <summary>What goes wrong with servers that are made or deleted, a sentence each, by the server or the
    /// app.</summary>
    public IEnumerable<(string Name, string Sentence)> Problems
    {
        get
        {
            // One state for all of it: a server that is made meanwhile takes its fault out.
            var state = book.State;
            var lost = state
                .Servers.Values.Where(m => HostOf(m) is null)
                .Select(m =>
                    (
                        m.Name.Text,
                        $"{m.Name} was made on {m.Host}, where the settings have none made by now: nobody looks after "
                            + $"it. Give the host its name and its `makeUri` or `makeCloud` back, or delete {m.Name} "
                            + "there, stop the console and take it out of made.json."
                    )
                );
            return settings
                .Newest.Apps.Where(a => a.Make is not null && state.NotMade.ContainsKey(a.Name.Text))
                .Where(a => book.Next(a.Make!) is var (_, name) && need.WaitingFor(a.Name, a.Make!, name).Any())
                .Select(a =>
                    (a.Name.Text, $"A server for {a.Name} could not be made: {state.NotMade[a.Name.Text].Reason}")
                )
                .Concat(
                    _troubles
                        .Select(t => (Made: state.Of(t.Key), t.Value))
                        .Where(t => t.Made is { IsBeingMade: false })
                        .Select(t =>
                            (
                                t.Made!.Name.Text,
                                t.Made.Deleting is null
                                    ? $"{t.Made.Name}: {t.Value}"
                                    : $"{t.Made.Name} cannot be deleted: {t.Value}"
                            )
                        )
                )
                .Concat(lost);
        }
    }

    // One host that hangs keeps only its own servers waiting.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        settings.ForEach(
            s => s.Hosts.Where(h => h.MayMake).Select(h => h.Name),
            (host, end) => new Loop(Turn, log).Run(stop => Work(host, stop), end),
            stoppingToken
        );

    private async Task Work(string host, CancellationToken stop)
    {
        using var held = settings.Hold();
        foreach (var app in settings.Now.Apps.Where(a => a.Make?.Host == host))
            await BeginNeeded(app, app.Make!, stop);
        await Task.WhenAll(book.State.Servers.Values.Where(m => m.Host == host && IsDue(m)).Select(m => GoOn(m, stop)));
    }

    // Whose host is silent is asked for nothing: nobody could see what became of it.
    private async Task BeginNeeded(AppSettings app, MakeSettings make, CancellationToken stop)
    {
        while (
            _drain.Until is null
            && inventory.TryFindHost(make.Host) is { AsOf: not null, Problem: null }
            && !turns.IsDue
            && !book.IsPaused(app.Name)
            && book.Next(make) is var (_, name)
            && need.IsOneMoreNeeded(app.Name, make, name)
            && await book.Begin(app, make) is { } made
        )
        {
            // So that it is on the board at once, and then what its host says of it.
            inventory.AskSoon(make.Host);
            await Ask(made, app, make, stop);
            inventory.AskSoon(make.Host);
        }
    }

    private async Task Ask(MadeServer made, AppSettings app, MakeSettings make, CancellationToken stop)
    {
        if (HostOf(made) is not { } host)
            return;
        byte[]? userData;
        try
        {
            userData = make.UserData is { } file ? await File.ReadAllBytesAsync(file, stop) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await book.NoteFailed(
                made,
                $"The file of `userData` of {app.Name}, {make.UserData}, cannot be read.",
                isThere: false
            );
            return;
        }
        var asked = await KindOf(host).Make(host, new(made, make, userData), stop);
        if (asked.Id is { } id)
            await book.NoteId(made, id);
        else if (asked.IsRefused)
            await book.NoteFailed(made, asked.Problem!, isThere: false);
        else if (asked.Problem is { } problem)
            NoteTrouble(made, problem, Turn);
    }

    private bool IsDue(MadeServer made) =>
        !_later.TryGetValue(made.Name, out var later) || clock.GetElapsedTime(later.At) >= later.Pause;

    private async Task GoOn(MadeServer made, CancellationToken stop)
    {
        // Nothing can be done with what the settings do not lead to.
        if (HostOf(made) is not { } host)
            return;
        if (made.Deleting is not null)
            await Delete(host, made, stop);
        else if (made.ReadyAt is null)
            await GoOnMaking(host, made, stop);
        else
            await LookWhetherUnused(host, made, stop);
        // What was in the way of one step says nothing of the next.
        if (
            book.State.Of(made.Name) is var now
            && (now?.Deleting, now?.ReadyAt) == (made.Deleting, made.ReadyAt)
            && now is not null
        )
            return;
        _later.TryRemove(made.Name, out _);
        _troubles.TryRemove(made.Name, out _);
    }

    private async Task GoOnMaking(HostSettings host, MadeServer made, CancellationToken stop)
    {
        var answer = await KindOf(host).GoOn(host, made, stop);
        var (seen, problem) = answer;
        if (problem is not null)
        {
            NoteTrouble(made, problem, AfterTrouble);
            await EndLate(made, problem);
            return;
        }
        _later[made.Name] = (clock.GetTimestamp(), WhileMade);
        var age = clock.GetUtcNow() - made.AskedAt;
        if (seen.FirstOrDefault(s => s.Mark == made.Mark && (made.Id is null || s.Id == made.Id)) is not { } own)
        {
            if (answer.Failed is { } failed)
                await book.NoteFailed(made, failed.Reason, failed.MayBeThere);
            else if (answer.HowFar is { } soFar)
                await EndLate(made, soFar);
            else if (age < Settling)
                return;
            else if (made.Id is null && _troubles.GetValueOrDefault(made.Name) is { } trouble)
                await book.NoteFailed(made, trouble, isThere: true);
            else if (made.Id is null)
                await book.NoteNeverAsked(made);
            else if (IsElsewhere(host, made))
            {
                NoteTrouble(made, SayElsewhere(host, made), AfterTrouble);
                await EndLate(made, SayElsewhere(host, made));
            }
            else
                await book.NoteLost(
                    made,
                    $"{made.Host} has no {made.Name} with its mark any more: somebody deleted it."
                );
            return;
        }
        if (made.Id is null)
            await book.NoteId(made, own.Id);
        if (own.Fault is { } fault)
            await book.NoteFailed(made, fault, true);
        // Another console may have chosen the name at the same time: one of the two goes.
        else if (seen.Any(s => s.Id != own.Id && (s.Mark is null || string.CompareOrdinal(s.Id, own.Id) < 0)))
            await book.NoteFailed(made, $"Another server of {made.Host} is called {made.Name}, too.", true);
        else if (own.IsUp && OnBoard(made) is { Running: true } server && await Answers(server, stop))
            await book.NoteReady(made);
        else
        {
            if (own.IsUp && OnBoard(made) is not { Running: true })
                inventory.AskSoon(made.Host);
            await EndLate(made, SayHowFar(made, own));
        }
    }

    private async Task<bool> Answers(Server server, CancellationToken stop) =>
        settings.Now.Guests is not null
        && (await guest.Status(server, stop, counts: false)) is var status
        && (status.Outcome == HostOutcome.Done || Note(server.Name, status.Message));

    private bool Note(ServerName server, string trouble)
    {
        _troubles[server] = trouble;
        return false;
    }

    private string SayHowFar(MadeServer made, SeenServer own) =>
        !own.IsUp ? own.HowFar
        : OnBoard(made)?.Running == true ? _troubles.GetValueOrDefault(made.Name) ?? "Its host program does not answer."
        : inventory.TryFindHost(made.Host)?.LeftOut.GetValueOrDefault(made.Name.Text)
            ?? $"{made.Host} does not list it as running: "
                + (inventory.SettingsOf(made.Host)?.MakesWhatItLists ?? "look at it.");

    // Another host may have taken the name in between.
    private Server? OnBoard(MadeServer made) =>
        inventory.TryFind(made.Name) is { } server && server.Host == made.Host ? server : null;

    private async Task EndLate(MadeServer made, string howFar)
    {
        if (clock.GetUtcNow() - made.AskedAt >= TimeSpan.FromMinutes(made.Minutes))
            await book.NoteFailed(made, $"It could not be used within {made.Minutes} minutes: {howFar}", true);
    }

    private async Task LookWhetherUnused(HostSettings host, MadeServer made, CancellationToken stop)
    {
        var state = inventory.TryFindHost(host.Name);
        if (state is not { Problem: null } || !(state.AsOf > made.ReadyAt))
            return;
        if (made.Place != host.MakingPlace || !state.Domains.Contains(made.Name.Text))
        {
            await LookWhereItIs(host, made, stop);
            return;
        }
        _troubles.TryRemove(made.Name, out _);
        var end = unused.EndOf(made);
        if (end is null && made.Goes is not null)
            await book.Keep(made);
        else if (end is not null && made.Goes is null)
            await book.TellEnd(made);
        else if (end <= clock.GetUtcNow())
            await book.BeginEnd(made);
    }

    private static bool IsElsewhere(HostSettings host, MadeServer made) =>
        made.Place is { } place && place != host.MakingPlace;

    private async Task LookWhereItIs(HostSettings host, MadeServer made, CancellationToken stop)
    {
        var (seen, problem) = await KindOf(host).Look(host, made, stop);
        if (problem is not null)
            NoteTrouble(made, problem, AfterTrouble);
        else if (seen.FirstOrDefault(s => s.Id == made.Id) is not { } own)
        {
            if (IsElsewhere(host, made))
                NoteTrouble(made, SayElsewhere(host, made), AfterTrouble);
            else
                await book.NoteGone(made);
        }
        else if (own.Mark != made.Mark || own.OtherName is not null)
            await book.LetGo(
                made,
                own.OtherName is { } name
                    ? $"somebody has given it the name {Found.Clean(name)}"
                    : "its mark was changed or taken away"
            );
        else if (made.Place != host.MakingPlace)
            await book.NotePlace(made, host.MakingPlace);
        else
        {
            inventory.AskSoon(made.Host);
            _later[made.Name] = (clock.GetTimestamp(), WhileDeleted);
        }
    }

    private static string SayElsewhere(HostSettings host, MadeServer made) =>
        $"It was made where the settings of {host.Name} led to before ({made.Place}), and where they lead to now there "
        + "is none with its mark. Have them lead there again, or delete it there, stop the console and take it out of "
        + "made.json.";

    private async Task Delete(HostSettings host, MadeServer made, CancellationToken stop)
    {
        // As one can that was none of the console's while the settings called its host otherwise.
        if (unused.IsHeld(made.Name))
        {
            await book.LetGo(made, "somebody has reserved it by now");
            return;
        }
        var (what, problem) = await KindOf(host).Delete(host, made, stop);
        switch (what)
        {
            case Deletion.Gone when made.Id is null && clock.GetUtcNow() - made.AskedAt < Lost:
                _later[made.Name] = (clock.GetTimestamp(), WhileLost);
                break;
            case Deletion.Gone when IsElsewhere(host, made):
                NoteTrouble(made, SayElsewhere(host, made), AfterTrouble);
                break;
            case Deletion.Gone:
                await NoteDeleted(made);
                break;
            case Deletion.Done:
                if (IsElsewhere(host, made))
                    await book.NotePlace(made, host.MakingPlace);
                await NoteDeleted(made);
                break;
            case Deletion.NotOurs:
                log.LogWarning("{Problem}", problem);
                await book.LetGo(made, problem!);
                break;
            case Deletion.Failed:
                NoteTrouble(made, problem!, AfterTrouble);
                break;
            default:
                // Whether it has gone is seen at the next look. It may take as long as to make one.
                if (IsElsewhere(host, made))
                    await book.NotePlace(made, host.MakingPlace);
                if (
                    clock.GetElapsedTime(_taken.GetOrAdd(made.Name, clock.GetTimestamp()))
                    > TimeSpan.FromMinutes(made.Minutes)
                )
                {
                    NoteTrouble(
                        made,
                        $"{made.Host} has taken that more than {made.Minutes} minutes ago, and still has it. Look at "
                            + "it there.",
                        AfterTrouble
                    );
                    break;
                }
                _troubles.TryRemove(made.Name, out _);
                _later[made.Name] = (clock.GetTimestamp(), WhileDeleted);
                break;
        }
    }

    // As long as it is shown, somebody would take it for one that can be used.
    private async Task NoteDeleted(MadeServer made)
    {
        bool IsShown() =>
            inventory.TryFindHost(made.Host) is { Problem: null } host && host.Domains.Contains(made.Name.Text);
        if (IsShown())
            await inventory.SeeAgain(made.Host, SeenLimit);
        if (IsShown())
        {
            _later[made.Name] = (clock.GetTimestamp(), WhileDeleted);
            return;
        }
        _taken.TryRemove(made.Name, out _);
        await book.NoteDeleted(made);
    }

    private void NoteTrouble(MadeServer made, string problem, TimeSpan pause)
    {
        if (_troubles.GetValueOrDefault(made.Name) != problem)
            log.LogWarning("{Server}: {Problem}", made.Name, problem);
        _troubles[made.Name] = problem;
        _later[made.Name] = (clock.GetTimestamp(), pause);
    }

    private HostSettings? HostOf(MadeServer made) =>
        inventory.SettingsOf(made.Host) is { MayMake: true } host && made.Template is null == host.OpenStack is not null
            ? host
            : null;

    private IServerMaking KindOf(HostSettings host) => kinds.First(k => k.IsOf(host));
}
