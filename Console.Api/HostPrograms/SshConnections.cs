using System.Collections.Concurrent;
using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <summary>
/// The connections to hosts, kept in this process: one a host, for a minute after its last use. Nothing that has begun
/// on a host is begun a second time; a kept connection is asked whether the host is there before anything begins.
/// </summary>
public sealed class SshConnections : IDisposable
{
    private const int Threads = 64;

    // An sshd takes ten logins at once as a rule (MaxStartups), of all who come.
    private const int LoginsAtOnce = 4;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _clock;
    private readonly Lock _changing = new();
    private readonly Dictionary<SshRoute, Place> _places = [];
    private readonly ConcurrentDictionary<SshRoute, SemaphoreSlim> _logins = [];
    private bool _isDisposed;

    public SshConnections(TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        // The library logs in on the pool's threads and waits there; hosts that hang at that must not hold up others.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Threads), ports);
    }

    /// <summary>How many are open or being opened.</summary>
    public int Count
    {
        get
        {
            lock (_changing)
                return _places.Count;
        }
    }

    /// <summary>How many of them have something that nobody takes.</summary>
    internal int AreHeldBack
    {
        get
        {
            lock (_changing)
                return _places.Values.Count(p => p.Connection.IsHeldBack);
        }
    }

    /// <summary>Runs a program on a host to its end, as <see cref="CommandRunner"/> does on this machine.</summary>
    /// <param name="command">Its program is the line that the host gets.</param>
    public async Task<CommandResult> Run(
        SshTransport transport,
        Command command,
        Action<string> onLine,
        CancellationToken cancel,
        CancellationToken force = default
    )
    {
        if (cancel.IsCancellationRequested)
            return new(CommandOutcome.Cancelled, -1, "");
        var route = SshRoute.Of(transport);
        var call = new SshCall(command, onLine, isAlone => isAlone ? NewFor(route) : Use(route));
        return await Attendance.To(call, command, cancel, force);
    }

    /// <summary>Ends all connections; what runs on them is cut off.</summary>
    public void Dispose()
    {
        List<Place> places;
        lock (_changing)
        {
            _isDisposed = true;
            places = [.. _places.Values];
            _places.Clear();
        }
        foreach (var place in places)
        {
            place.Timer?.Dispose();
            place.Connection.Lose(SshFault.Closed);
        }
    }

    private async Task<SshConnection> NewFor(SshRoute route)
    {
        var connection = new SshConnection(route);
        var turns = _logins.GetOrAdd(route, _ => new(LoginsAtOnce));
        await turns.WaitAsync();
        try
        {
            await connection.Connect();
        }
        finally
        {
            turns.Release();
        }
        connection.TryUse();
        return connection;
    }

    // One that has died while nobody used it is replaced: nothing has begun on it.
    private async Task<SshConnection> Use(SshRoute route)
    {
        while (true)
        {
            var (place, isNew) = PlaceOf(route);
            try
            {
                await place.Connecting;
            }
            catch (SshFailure)
            {
                Remove(route, place);
                throw;
            }
            if (!place.Connection.TryUse())
            {
                Remove(route, place);
                continue;
            }
            if (isNew)
                return place.Connection;
            try
            {
                await place.Connection.MustBeThere();
                return place.Connection;
            }
            catch (SshFailure)
            {
                Remove(route, place);
                place.Connection.Leave();
            }
        }
    }

    private (Place Place, bool IsNew) PlaceOf(SshRoute route)
    {
        lock (_changing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            // What comes waits in a connection that is held back: calls that begin now do not wait with it.
            if (_places.TryGetValue(route, out var place) && place.Connection.IsHeldBack)
                place.Connection.Retire();
            if (place is not null && !place.Connection.IsRetired)
            {
                place.Timer?.Dispose();
                place.Timer = null;
                return (place, false);
            }
            var connection = new SshConnection(route);
            var next = new Place(connection, connection.Connect());
            connection.Unused += () => Rest(route, next);
            _places[route] = next;
            return (next, true);
        }
    }

    // Nobody uses it now: it is closed in a minute, or at once when it is not to be used again.
    private void Rest(SshRoute route, Place place)
    {
        lock (_changing)
        {
            place.Timer?.Dispose();
            place.Timer = null;
            if (!_isDisposed && !place.Connection.IsRetired && _places.GetValueOrDefault(route) == place)
            {
                place.Timer = _clock.CreateTimer(_ => CloseUnused(route, place), null, Kept, Timeout.InfiniteTimeSpan);
                return;
            }
        }
        Remove(route, place);
        place.Connection.Close();
    }

    private void CloseUnused(SshRoute route, Place place)
    {
        if (!place.Connection.TryRetire())
            return;
        Remove(route, place);
        place.Connection.Close();
    }

    private void Remove(SshRoute route, Place place)
    {
        lock (_changing)
        {
            if (_places.GetValueOrDefault(route) == place)
                _places.Remove(route);
        }
    }

    /// <summary>A connection with its login, and with what closes it when it is not used.</summary>
    private sealed class Place(SshConnection connection, Task connecting)
    {
        public SshConnection Connection => connection;
        public Task Connecting => connecting;
        public ITimer? Timer { get; set; }
    }
}
