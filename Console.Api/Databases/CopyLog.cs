using System.Collections.Concurrent;
using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>
/// What the log has of copies whose server is not seen: a line when something begins or ends. What comes and goes by
/// itself, such as a host that does not answer, has its own lines.
/// </summary>
internal sealed class CopyLog(Func<double> keptDays, ILogger log)
{
    private readonly ConcurrentDictionary<string, string> _told = new(StringComparer.Ordinal);

    /// <summary>Tells why a copy stays or that its time runs, once.</summary>
    public void TellUnseen(Copy copy, CopyFacts? facts, Reason? reason)
    {
        if (reason is { Passing: true })
            return;
        var then = reason is not null
            ? $"It is kept: {reason.Text}."
            : $"It is dropped when {facts!.Host} has been without it for {keptDays()} days.";
        if (_told.GetValueOrDefault(copy.Key) == then)
            return;
        _told[copy.Key] = then;
        log.LogWarning("{Copy}: {Server} is not seen. {Then} GET api/copies has more.", copy.Key, copy.Server, then);
    }

    /// <summary>Tells that a server of which something was told is back.</summary>
    public void TellSeen(Copy copy, HostSettings host)
    {
        if (!Forget(copy))
            return;
        log.LogInformation("{Copy}: {Server} is on {Host} again; it stays.", copy.Key, copy.Server, host.Name);
    }

    public void TellDropped(Copy copy, CopyFacts facts)
    {
        var since = Times.Say(facts.Gone!.Value);
        const string Text = "{Copy}: dropped, as {Server} was gone from {Host} since {Since} for {Days} days.";
        log.LogWarning(Text, copy.Key, copy.Server, facts.Host, since, keptDays());
    }

    public void TellFailure(Copy copy, HostResult end)
    {
        if (end.Outcome == HostOutcome.Cancelled)
            return;
        log.LogWarning("{Copy}, whose server {Server} is not seen: {Problem}", copy.Key, copy.Server, end.Message);
    }

    /// <summary>Forgets what was told of a copy.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Forget(Copy copy) => _told.TryRemove(copy.Key, out _);
}
