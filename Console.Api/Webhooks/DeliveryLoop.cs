namespace TestServers.Webhooks;

/// <summary>
/// Sends what waits for one receiver, in a loop of its own: one that fails or hangs delays no other, and nothing that
/// the console does.
/// </summary>
/// <param name="webhook">The webhook's name; null: e-mail.</param>
public sealed class DeliveryLoop(string? webhook, Deliveries deliveries, TimeProvider clock, ILogger log)
{
    // So soon it is seen that the clock was stepped.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);
    private readonly Loop _loop = new(Longest, log);

    /// <summary>Sends until the stop, each at its time.</summary>
    /// <param name="send">Sends one, in a bounded time; does not throw but for the stop.</param>
    /// <param name="endTurn">Called when all that was due has been tried.</param>
    public async Task Run(
        Func<Delivery, CancellationToken, Task<Attempt>> send,
        Func<CancellationToken, Task>? endTurn,
        CancellationToken stop
    )
    {
        deliveries.Added += _loop.Wake;
        try
        {
            await _loop.Run(end => SendAll(send, endTurn, end), stop);
        }
        finally
        {
            deliveries.Added -= _loop.Wake;
        }
    }

    // What is refused is passed by; behind one that does not answer nothing is tried in this turn.
    private async Task<TimeSpan> SendAll(
        Func<Delivery, CancellationToken, Task<Attempt>> send,
        Func<CancellationToken, Task>? endTurn,
        CancellationToken stop
    )
    {
        var due = deliveries.WaitingFor(webhook).Where(d => d.IsDue(clock.GetUtcNow())).ToList();
        foreach (var delivery in due)
        {
            var attempt = await send(delivery, stop);
            Note(delivery, attempt);
            if (attempt.End == AttemptEnd.NoAnswer)
                break;
        }
        if (due.Count > 0 && endTurn is not null)
            await endTurn(stop);
        return PauseAfter(due.Count);
    }

    private void Note(Delivery delivery, Attempt attempt)
    {
        var now = deliveries.Note(delivery, attempt);
        if (attempt.End == AttemptEnd.Taken)
            return;
        log.LogWarning(
            "{Receiver}: {Answer} {Next} The message is: {Text}",
            webhook is null ? $"E-mail to {delivery.Notice.Person}" : $"Webhook {webhook}",
            attempt.Answer,
            now.State == DeliveryState.GivenUp ? "It is given up." : "It is sent again later.",
            delivery.Notice.Text
        );
    }

    private TimeSpan PauseAfter(int tried)
    {
        var now = clock.GetUtcNow();
        var next = deliveries.WaitingFor(webhook).Select(d => d.NextAt ?? now).DefaultIfEmpty();
        var pause = next.Min() - now;
        return pause <= TimeSpan.Zero ? (tried == 0 ? Longest : TimeSpan.FromSeconds(1))
            : pause < Longest ? pause
            : Longest;
    }
}
