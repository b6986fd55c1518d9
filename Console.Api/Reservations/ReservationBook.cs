using System.Collections.Immutable;
using TestServers.Storage;

namespace TestServers.Reservations;

/// <summary>
/// Who holds which server. There are never two holders of one: every change is decided under the file's one lock, on the state as
/// it is then, and is on disk before it is answered.
/// </summary>
public sealed class ReservationBook(JsonFile<ReservationsState> file, TimeProvider clock)
{
    /// <summary>Raised after a change, with the server.</summary>
    public event Action<ServerName>? Changed;

    /// <summary>The reservation that holds now, or null.</summary>
    public Reservation? Of(ServerName server) => Holding(file.Value, server, clock.GetUtcNow());

    /// <summary>All that hold now.</summary>
    public IEnumerable<Reservation> All()
    {
        var now = clock.GetUtcNow();
        return file.Value.Held.Values.Where(r => r.Until > now);
    }

    /// <summary>Reserves a free server, or changes one's own reservation, which keeps its number.</summary>
    /// <returns>The reservation, and whether it is a new one.</returns>
    /// <exception cref="Problem">409: somebody else holds it.</exception>
    public (Reservation Reservation, bool IsNew) Reserve(ServerName server, string holder, string purpose, DateTimeOffset until, string? key = null)
    {
        var isNew = false;
        var after = Decide(server, (state, now) =>
        {
            var held = Holding(state, server, now);
            if (held is not null && held.Holder != holder) throw HeldBy(held);
            isNew = held is null;
            return isNew ? New(state, server, holder, purpose, now, until, key) : Put(state, held! with { Purpose = purpose, Until = until });
        });
        return (after.Held[server.Text], isNew);
    }

    /// <summary>Reserves the first of <paramref name="wanted"/> that is free.</summary>
    /// <returns>Null when none is; or the one that the same holder got by the same key before.</returns>
    public Reservation? ReserveAny(IReadOnlyList<ServerName> wanted, string holder, string purpose, DateTimeOffset until, string? key)
    {
        Reservation? taken = null;
        file.Change(state =>
        {
            var now = clock.GetUtcNow();
            taken = key is null ? null : state.Held.Values.FirstOrDefault(r => r.Key == key && r.Holder == holder && r.Until > now);
            if (taken is not null) return state;
            var free = wanted.FirstOrDefault(s => Holding(state, s, now) is null);
            if (free is null) return state;
            var next = New(state, free, holder, purpose, now, until, key);
            taken = next.Held[free.Text];
            return next;
        });
        if (taken is not null) Changed?.Invoke(taken.Server);
        return taken;
    }

    /// <summary>Releases a server that <paramref name="holder"/> holds; a server that nobody holds stays as it is.</summary>
    /// <param name="number">When given, only the reservation with this number is released.</param>
    /// <exception cref="Problem">409: somebody else holds it, or it is another reservation by now.</exception>
    public Reservation? Release(ServerName server, string holder, long? number)
    {
        Reservation? released = null;
        Decide(server, (state, now) =>
        {
            var held = Holding(state, server, now);
            if (held is null) return state;
            if (held.Holder != holder) throw HeldBy(held);
            if (number is not null && held.Number != number) throw Problem.Conflict($"Reservation {number} of {server} has ended; it is held by number {held.Number} now. Look again before you release it.").With("number", held.Number);
            released = held;
            return state with { Held = state.Held.Remove(server.Text) };
        });
        return released;
    }

    /// <summary>Ends the reservation that holds and begins one for <paramref name="holder"/>, in one step.</summary>
    /// <returns>The new one, and the one that was ended.</returns>
    /// <exception cref="Problem">409: nobody holds it, or it is one's own.</exception>
    public (Reservation Reservation, Reservation Ended) TakeOver(ServerName server, string holder, string purpose, DateTimeOffset until)
    {
        Reservation? ended = null;
        var after = Decide(server, (state, now) =>
        {
            ended = Holding(state, server, now) ?? throw Problem.Conflict($"Nobody holds {server}. Reserve it.");
            if (ended.Holder == holder) throw Problem.Conflict($"You hold {server} already, until {Times.Say(ended.Until)}.");
            return New(state, server, holder, purpose, now, until, null);
        });
        return (after.Held[server.Text], ended!);
    }

    /// <summary>Takes out what has ended by the clock, so that a clock that is set back brings nothing back.</summary>
    /// <exception cref="DiskRefused">The disk refused; what has ended holds nothing all the same.</exception>
    public void RemoveEnded()
    {
        if (file.Value.Held.Values.All(r => r.Until > clock.GetUtcNow())) return;
        ImmutableArray<Reservation> ended = [];
        file.Change(state =>
        {
            var now = clock.GetUtcNow();
            ended = [.. state.Held.Values.Where(r => r.Until <= now)];
            return ended.IsEmpty ? state : state with { Held = state.Held.RemoveRange(ended.Select(r => r.Server.Text)) };
        });
        foreach (var reservation in ended) Changed?.Invoke(reservation.Server);
    }

    /// <summary>Returns after a change, or when the time is up.</summary>
    public async Task NextChange(TimeSpan atMost, CancellationToken cancel)
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Tell(ServerName server) => changed.TrySetResult();
        Changed += Tell;
        try
        {
            await Task.WhenAny(changed.Task, Task.Delay(atMost, cancel));
            cancel.ThrowIfCancellationRequested();
        }
        finally
        {
            Changed -= Tell;
        }
    }

    /// <summary>The refusal that names holder, purpose and times.</summary>
    public static Problem HeldBy(Reservation held) =>
        Problem.Reserved($"{held.Server} is reserved by {held.Holder} until {Times.Say(held.Until)}: {held.Purpose}. Ask {held.Holder} to release it, take another server, or take it over.")
            .With("server", held.Server).With("holder", held.Holder).With("purpose", held.Purpose).With("since", held.Since).With("until", held.Until).With("number", held.Number);

    private ReservationsState Decide(ServerName server, Func<ReservationsState, DateTimeOffset, ReservationsState> change)
    {
        var after = file.Change(state => change(state, clock.GetUtcNow()));
        Changed?.Invoke(server);
        return after;
    }

    private static Reservation? Holding(ReservationsState state, ServerName server, DateTimeOffset now) =>
        state.Held.GetValueOrDefault(server.Text) is { } held && held.Until > now ? held : null;

    private static ReservationsState New(ReservationsState state, ServerName server, string holder, string purpose, DateTimeOffset now, DateTimeOffset until, string? key) =>
        Put(state with { Next = state.Next + 1 }, new(server, state.Next, holder, purpose, now, until, key));

    private static ReservationsState Put(ReservationsState state, Reservation reservation) => state with { Held = state.Held.SetItem(reservation.Server.Text, reservation) };
}
