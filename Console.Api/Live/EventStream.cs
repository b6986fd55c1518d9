using System.Text.Json;
using System.Threading.Channels;

namespace TestServers.Live;

/// <summary>Something that has changed, as it is now.</summary>
/// <param name="Person">Whom alone it concerns; null: everybody.</param>
public sealed record Event(string Id, string Name, string Data, string? Person = null);

/// <summary>
/// What changed, told to everybody who listens. The last events are kept, as many as a million letters hold, so that a
/// listener who was cut off resumes without loss or doubling; one who is too far behind, or who comes from another run
/// of the console, is told to fetch everything anew. A listener who does not read is dropped.
/// </summary>
public sealed class EventStream
{
    private const int Kept = 2000,
        Behind = 1000,
        KeptLetters = 1_000_000;
    private readonly Lock _telling = new();
    private readonly Queue<(long Number, Event Event)> _past = new();
    private readonly List<Listener> _listeners = [];
    private readonly string _run = Guid.NewGuid().ToString("n")[..8];
    private long _last,
        _letters;

    /// <summary>Tells all listeners, or those of one person.</summary>
    /// <param name="person">Whom alone it concerns; null: everybody.</param>
    public void Tell<T>(string name, T value, string? person = null)
    {
        var data = JsonSerializer.Serialize(value, Json.Web);
        lock (_telling)
        {
            var told = new Event($"{_run}-{++_last}", name, data, person);
            _past.Enqueue((_last, told));
            _letters += data.Length;
            while (_past.Count > Kept || _letters > KeptLetters)
                _letters -= _past.Dequeue().Event.Data.Length;
            foreach (var listener in _listeners.Where(l => l.MayHear(told) && !l.Events.Writer.TryWrite(told)).ToList())
            {
                listener.Events.Writer.TryComplete();
                _listeners.Remove(listener);
            }
        }
    }

    /// <summary>Listens from after the event <paramref name="lastId"/> on, or from now on.</summary>
    /// <param name="person">Who listens: what concerns one person alone is told to nobody else.</param>
    /// <returns>The listener; disposing it leaves.</returns>
    public Listener Listen(string? lastId, string person)
    {
        lock (_telling)
        {
            var listener = new Listener(
                this,
                person,
                Channel.CreateBounded<Event>(
                    new BoundedChannelOptions(Kept + Behind) { FullMode = BoundedChannelFullMode.Wait }
                )
            );
            foreach (var missed in Missed(lastId).Where(listener.MayHear))
                listener.Events.Writer.TryWrite(missed);
            _listeners.Add(listener);
            return listener;
        }
    }

    private IEnumerable<Event> Missed(string? lastId)
    {
        if (lastId is null)
            return [new Event($"{_run}-{_last}", "hello", "{}")];
        var parts = lastId.Split('-');
        var known =
            parts.Length == 2
            && parts[0] == _run
            && long.TryParse(parts[1], out var number)
            && number <= _last
            && number >= _last - _past.Count
                ? number
                : -1;
        return known < 0
            ? [new Event($"{_run}-{_last}", "reset", "{}")]
            : _past.Where(p => p.Number > known).Select(p => p.Event);
    }

    private void Leave(Listener listener)
    {
        lock (_telling)
            _listeners.Remove(listener);
    }

    /// <summary>One open stream.</summary>
    public sealed class Listener(EventStream stream, string person, Channel<Event> events) : IDisposable
    {
        internal Channel<Event> Events => events;

        /// <summary>Whether an event is for everybody, or for who listens here.</summary>
        internal bool MayHear(Event told) => told.Person is null || told.Person == person;

        /// <summary>The events as they come; ends when this listener did not read for too long.</summary>
        public ChannelReader<Event> Reader => events.Reader;

        public void Dispose() => stream.Leave(this);
    }
}
