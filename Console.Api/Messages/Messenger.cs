using TestServers.Builds;
using TestServers.Databases;
using TestServers.History;
using TestServers.Reservations;
using TestServers.Webhooks;

namespace TestServers.Messages;

/// <summary>
/// Tells people what concerns them. What nouns have written down to be told is moved into messages, in one act, so that
/// a kill loses nothing and tells nothing twice; the end of a build is told in the act in which it ends.
/// </summary>
public sealed class Messenger : BackgroundService
{
    private readonly MessageBook _book;
    private readonly Concerns _concerns;
    private readonly People _people;
    private readonly HistoryStore _history;
    private readonly ReservationBook _reservations;
    private readonly Deliveries _deliveries;
    private readonly Journal _journal;
    private readonly Loop _loop;

    public Messenger(
        MessageBook book,
        Concerns concerns,
        JobStore<Build> builds,
        BaseAlerts alerts,
        People people,
        HistoryStore history,
        ReservationBook reservations,
        Deliveries deliveries,
        Journal journal,
        ILogger<Messenger> log
    )
    {
        (_book, _concerns, _journal, _loop) = (book, concerns, journal, new(TimeSpan.FromSeconds(30), log));
        (_people, _history, _reservations, _deliveries) = (people, history, reservations, deliveries);
        concerns.Raised += _loop.Wake;
        builds.Ends += TellEnd;
        alerts.Told += TellOfBase;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _loop.Run(_ => _concerns.Pending.IsEmpty ? Task.CompletedTask : _journal.Do(TellPending), stoppingToken);

    private void TellPending(Act act)
    {
        var pending = _concerns.Pending;
        foreach (var concern in pending)
            Tell(act, concern.Person, MessageText.Of(concern));
        _concerns.Remove(act, pending.Select(c => c.Id).ToHashSet());
    }

    private void TellEnd(Act act, Build build)
    {
        if (MessageText.Of(build) is { } message)
            Tell(act, build.By, message);
    }

    private void Tell(Act act, string person, Message message)
    {
        var notice = MessageText.ForOthers(person, _book.Add(act, person, message));
        _deliveries.Add(act, notice);
        Mail(act, notice);
    }

    // Webhooks know it already.
    private void TellOfBase(Act act, Notice notice)
    {
        foreach (var person in _people.Administrators.Union(HoldersOfCopies(notice.Base!), StringComparer.Ordinal))
        {
            _book.Add(act, person, MessageText.Of(notice));
            Mail(act, notice with { Person = person });
        }
    }

    private void Mail(Act act, Notice notice)
    {
        var person = notice.Person!;
        var isWanted = !_book.UnwantedBy(person).Contains(notice.Event);
        if (isWanted && !_book.UnmailedTo(person).Contains(notice.Event) && _people.AddressOf(person) is not null)
            _deliveries.AddMail(act, notice);
    }

    private IEnumerable<string> HoldersOfCopies(BaseName name) =>
        from server in _history.All
        where server.Copies.ContainsKey(name)
        let holder = _reservations.Of(server.Server)?.Holder
        where holder is not null
        select holder;
}
