using TestServers.Reservations;

namespace TestServers.Making;

/// <summary>
/// What is written down of servers that are made: each step in one act with its line in the audit, and with what people
/// are to be told.
/// </summary>
public sealed class MakingBook(
    JsonFile<MadeState> file,
    MakingNeed need,
    Inventory inventory,
    UnusedServers unused,
    StateFolder folder,
    CurrentSettings settings,
    People people,
    Concerns concerns,
    Journal journal,
    Audit audit,
    TimeProvider clock
)
{
    /// <summary>After something went wrong, nothing is asked for again before.</summary>
    internal static readonly TimeSpan AfterFault = TimeSpan.FromMinutes(5);

    internal MadeState State => file.Value;

    /// <summary>Whether nothing is to be asked for, as it went wrong a short time ago.</summary>
    internal bool IsPaused(AppName app) =>
        State.NotMade.GetValueOrDefault(app.Text) is { } fault
        && clock.GetUtcNow() - fault.At < AfterFault
        && clock.GetUtcNow() >= fault.At;

    /// <summary>The number and the name that the next one has: nobody has the name, or had it.</summary>
    internal (long Number, ServerName Name)? Next(MakeSettings make)
    {
        for (var number = State.Next; make.NameOf(number) is { } name; number++)
        {
            if (State.Of(name) is null && !inventory.HasName(name))
                return (number, name);
        }
        return null;
    }

    /// <summary>Writes down that one is asked for, before it is.</summary>
    /// <returns>Null: none is needed any more.</returns>
    internal Task<MadeServer?> Begin(AppSettings app, MakeSettings make) =>
        journal.Do(act =>
        {
            if (Next(make) is not var (number, name) || !need.IsOneMoreNeeded(app.Name, make, name))
                return null;
            var made = new MadeServer(
                name,
                make.Host,
                app.Name,
                $"{folder.Id}/{Guid.NewGuid():n}",
                clock.GetUtcNow(),
                make.Minutes,
                make.Hours
            )
            {
                Template = make.Template,
                Place = inventory.SettingsOf(make.Host)?.MakingPlace,
            };
            act.Change(file, state => state.With(made) with { Next = number + 1 });
            var first = need.WaitingFor(app.Name, make, name).First();
            Write(act, "make server", made, $"for {app.Name} on {make.Host}: {first.Person} waits for one");
            return made;
        });

    /// <summary>Its host has it, under this id.</summary>
    internal Task NoteId(MadeServer made, string id) => Change(made, now => now with { Id = id });

    /// <summary>Its host is reached by another way now.</summary>
    internal Task NotePlace(MadeServer made, string place) => Change(made, now => now with { Place = place });

    /// <summary>It can be used.</summary>
    internal Task NoteReady(MadeServer made) =>
        journal.Do(act =>
        {
            if (act.Of(file).Of(made.Name) is not { IsBeingMade: true } now)
                return;
            var time = clock.GetUtcNow();
            act.Change(
                file,
                state => state.With(now with { ReadyAt = time }) with { NotMade = state.NotMade.Remove(now.App.Text) }
            );
            Write(act, "server made", now, $"after {Math.Ceiling((time - now.AskedAt).TotalSeconds)} s");
        });

    /// <summary>It could not be made, or not in time.</summary>
    /// <param name="isThere">Whether its host has it, or may have it: then it is deleted.</param>
    internal Task NoteFailed(MadeServer made, string reason, bool isThere) =>
        journal.Do(act =>
        {
            if (act.Of(file).Of(made.Name) is not { IsBeingMade: true } now)
                return;
            act.Change(file, state => isThere ? state.With(now with { Deleting = reason }) : state.Without(now.Name));
            Write(act, "make server failed", now, reason);
            TellFault(act, now, reason);
        });

    /// <summary>The console ended before the host had it; what of it may still come is deleted, and another one is
    /// asked for.</summary>
    internal Task NoteNeverAsked(MadeServer made) =>
        Change(
            made,
            now => now.IsBeingMade ? now with { Deleting = "the console ended before its host had it." } : now
        );

    /// <summary>It is deleted, as it was to be.</summary>
    internal Task NoteDeleted(MadeServer made) =>
        Forget(made, (act, now) => Write(act, "server deleted", now, now.Deleting!));

    /// <summary>Somebody else has deleted it.</summary>
    internal Task NoteGone(MadeServer made) =>
        Forget(made, (act, now) => Write(act, "server gone", now, "its host has it no more: somebody else deleted it"));

    /// <summary>It is not the console's any more.</summary>
    internal Task LetGo(MadeServer made, string why) =>
        Forget(made, (act, now) => Write(act, "server let go", now, why));

    private Task Forget(MadeServer made, Action<Act, MadeServer> write) =>
        journal.Do(act =>
        {
            if (act.Of(file).Of(made.Name) is not { } now)
                return;
            act.Change(file, state => state.Without(now.Name));
            write(act, now);
        });

    /// <summary>Its host has no more one that was being made: nobody gets it.</summary>
    internal Task NoteLost(MadeServer made, string why) => NoteFailed(made, why, isThere: false);

    /// <summary>Tells that it is deleted soon, as nobody needs it; or that it stays after all.</summary>
    internal Task TellEnd(MadeServer made) =>
        journal.Do(act =>
        {
            if (act.Of(file).Of(made.Name) is not { } now || unused.EndOf(now) is not { } end || now.Goes is not null)
                return;
            act.Change(file, state => state.With(now with { Goes = end }));
            if (unused.LastHolder(now.Name) is { } person)
                concerns.Raise(act, ConcernKind.ServerGoes, person, now.Name, until: end);
        });

    /// <summary>It stays, as somebody needs it again, or the settings say so.</summary>
    internal Task Keep(MadeServer made) => Change(made, now => now with { Goes = null });

    /// <summary>Begins to delete one that nobody needs: from now on nobody gets it.</summary>
    internal Task BeginEnd(MadeServer made) =>
        journal.Do(act =>
        {
            var time = clock.GetUtcNow();
            if (act.Of(file).Of(made.Name) is not { Goes: { } end } now || time < end || unused.EndOf(now) is null)
                return;
            var why = unused.IsInTheWay(now)
                ? $"it does not run, nobody has it, and somebody waits for a server for {now.App}."
                : $"nobody has had it for {HoursOf(now)} hours.";
            act.Change(file, state => state.With(now with { Deleting = why }));
            Write(act, "delete server", now, why);
        });

    internal double HoursOf(MadeServer made) => settings.Now.App(made.App)?.Make?.Hours ?? made.Hours;

    private Task<MadeState> Change(MadeServer made, Func<MadeServer, MadeServer> change) =>
        journal.Do(act =>
            act.Change(
                file,
                state =>
                    state.Of(made.Name) is { } now && change(now) is var next && next != now ? state.With(next) : state
            )
        );

    // Everybody who waits is told once of each reason, and administrators of each.
    private void TellFault(Act act, MadeServer made, string reason)
    {
        var known = act.Of(file).NotMade.GetValueOrDefault(made.App.Text);
        var isNew = known?.Reason != reason;
        var told = isNew ? [] : known!.Told;
        var waiting = settings.Now.App(made.App)?.Make is { } make
            ? need.WaitingFor(made.App, make, made.Name).ToList()
            : [];
        var text =
            $"A server for {made.App} could not be made: {reason} It is tried again in "
            + $"{AfterFault.TotalMinutes:0} minutes, as long as somebody waits for one.";
        var persons = waiting.Where(p => !told.Contains(p.Number)).Select(p => p.Person);
        if (isNew)
            persons = persons.Concat(people.Administrators);
        foreach (var person in persons.Distinct(StringComparer.Ordinal).ToList())
            concerns.Raise(act, ConcernKind.NotMade, person, null, text: text);
        var fault = new NotMade(clock.GetUtcNow(), reason, [.. waiting.Select(p => p.Number)]);
        act.Change(file, state => state with { NotMade = state.NotMade.SetItem(made.App.Text, fault) });
    }

    private void Write(Act act, string what, MadeServer made, string more) =>
        audit.Write(act, Caller.TheConsole, what, made.Name.Text, more);
}
