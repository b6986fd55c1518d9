using System.Collections.Immutable;

namespace TestServers.Webhooks;

/// <summary>What stands in deliveries.json.</summary>
/// <param name="Next">The id of the next one.</param>
/// <param name="Waiting">What is still to be sent, oldest first.</param>
/// <param name="Ended">What was sent or given up last, oldest first.</param>
public sealed record DeliveriesState(
    int Version,
    long Next,
    ImmutableList<Delivery> Waiting,
    ImmutableList<Delivery> Ended
) : IVersioned
{
    /// <summary>So many wait at most, and so many that have ended are kept.</summary>
    public const int MostWaiting = 1000,
        MostEnded = 200;

    public static DeliveriesState Empty { get; } = new(JsonFile<DeliveriesState>.Version, 1, [], []);

    /// <summary>
    /// With one more; where too many wait, the oldest of the receiver for whom most wait is given up.
    /// </summary>
    /// <param name="webhook">Null: by e-mail.</param>
    public DeliveriesState With(string? webhook, Notice notice)
    {
        var added = this with { Next = Next + 1, Waiting = Waiting.Add(new(Next, webhook, notice)) };
        if (added.Waiting.Count <= MostWaiting)
            return added;
        var oldest = added.Waiting.GroupBy(d => d.Webhook, StringComparer.Ordinal).MaxBy(g => g.Count())!.First();
        return added.With(
            oldest with
            {
                State = DeliveryState.GivenUp,
                NextAt = null,
                Answer = $"Given up, as more than {MostWaiting} wait.",
            }
        );
    }

    /// <summary>With one as it is now.</summary>
    public DeliveriesState With(Delivery now)
    {
        var at = Waiting.FindIndex(d => d.Id == now.Id);
        if (at < 0)
            return this;
        if (now.State == DeliveryState.Waiting)
            return this with { Waiting = Waiting.SetItem(at, now) };
        var ended = Ended.Add(now);
        return this with
        {
            Waiting = Waiting.RemoveAt(at),
            Ended = ended.RemoveRange(0, Math.Max(0, ended.Count - MostEnded)),
        };
    }

    /// <summary>When a receiver has taken something last; null: nothing of what is kept.</summary>
    /// <param name="webhook">Null: by e-mail.</param>
    public DateTimeOffset? TakenBy(string? webhook) =>
        Ended.Where(d => d.Webhook == webhook && d.State == DeliveryState.Delivered).Max(d => d.AnsweredAt);

    public string? FindFault()
    {
        var all = Waiting.Concat(Ended).ToList();
        return all.Exists(d => d is null or { Notice: null or { Text: null } or { Page: null } })
                ? "one of its deliveries has nothing to tell; remove it"
            : all.Exists(d => d is { Webhook: null, Notice.Person: null })
                ? "one of its deliveries has neither a webhook nor a person to send an e-mail to; remove it"
            : all.Find(d => d.Id >= Next) is { } above
                ? $"`next` is {Next}, but there is a delivery {above.Id}: it would be given again; `next` is above "
                    + "every id"
            : all.GroupBy(d => d.Id).FirstOrDefault(g => g.Count() > 1) is { } twice
                ? $"it has delivery {twice.Key} twice; remove one"
            : null;
    }
}
