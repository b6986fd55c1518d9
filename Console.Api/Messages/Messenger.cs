using TestServers.Builds;
using TestServers.Jobs;
using TestServers.Reservations;
using TestServers.Storage;

namespace TestServers.Messages;

/// <summary>
/// Tells people what concerns them. What nouns have written down to be told is moved into messages, in one act, so that
/// a kill loses nothing and tells nothing twice; the end of a build is told in the act in which it ends.
/// </summary>
public sealed class Messenger : BackgroundService
{
    private readonly MessageBook _book;
    private readonly Concerns _concerns;
    private readonly Journal _journal;
    private readonly Loop _loop;

    public Messenger(
        MessageBook book,
        Concerns concerns,
        JobStore<Build> builds,
        Journal journal,
        ILogger<Messenger> log
    )
    {
        (_book, _concerns, _journal, _loop) = (book, concerns, journal, new(TimeSpan.FromSeconds(30), log));
        concerns.Raised += _loop.Wake;
        builds.Ends += TellEnd;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _loop.Run(_ => _concerns.Pending.IsEmpty ? Task.CompletedTask : _journal.Do(TellPending), stoppingToken);

    private void TellPending(Act act)
    {
        var pending = _concerns.Pending;
        foreach (var concern in pending)
            _book.Add(act, concern.Person, MessageText.Of(concern));
        _concerns.Remove(act, pending.Select(c => c.Id).ToHashSet());
    }

    private void TellEnd(Act act, Build build)
    {
        if (MessageText.Of(build) is { } message)
            _book.Add(act, build.By, message);
    }
}
