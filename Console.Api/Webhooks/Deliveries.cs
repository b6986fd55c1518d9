namespace TestServers.Webhooks;

/// <summary>
/// What webhooks are told, and people by e-mail. A notice is written for each webhook that wants it in the act that it
/// tells of, and stays until it was taken, over restarts: nothing is lost. A kill behind the sending sends it again,
/// with the same id.
/// </summary>
public sealed class Deliveries(CurrentSettings settings, JsonFile<DeliveriesState> file, TimeProvider clock)
{
    /// <summary>For so long a receiver may take nothing before it is said.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Raised when one more waits, after the act.</summary>
    public event Action? Added;

    /// <summary>All that wait, and the last that have ended; newest first.</summary>
    public IReadOnlyList<Delivery> All => [.. file.Value.Waiting.Concat(file.Value.Ended).OrderByDescending(d => d.Id)];

    /// <summary>The receivers that have taken nothing for a while although something waits for them.</summary>
    public IEnumerable<SilentReceiver> Silent
    {
        get
        {
            var (now, state) = (clock.GetUtcNow(), file.Value);
            return from tried in state.Waiting.Where(d => d.Attempts > 0).GroupBy(d => d.Webhook)
                let since = tried.Min(d => d.Notice.At)
                let taken = state.TakenBy(tried.Key)
                where now - since >= Patience && !(now - taken < Patience)
                orderby tried.Key
                select new SilentReceiver(tried.Key, taken, tried.Count(), since);
        }
    }

    /// <summary>Writes a notice down for all that want it, as a part of an act.</summary>
    public void Add(Act act, Notice notice)
    {
        var names = settings.Now.AllWebhooks.Where(w => w.Wants(notice.Event)).Select(w => w.Name).ToList();
        if (names.Count == 0)
            return;
        act.Change(file, state => names.Aggregate(state, (all, name) => all.With(name, notice)));
        act.After(() => Added?.Invoke());
    }

    /// <summary>Writes an e-mail to the notice's person down, as a part of an act.</summary>
    public void AddMail(Act act, Notice notice)
    {
        if (settings.Now.Mail is null)
            return;
        act.Change(file, state => state.With(null, notice));
        act.After(() => Added?.Invoke());
    }

    /// <summary>What is to be sent to a webhook, oldest first, whether now or later.</summary>
    /// <param name="webhook">Null: by e-mail.</param>
    internal IEnumerable<Delivery> WaitingFor(string? webhook) => file.Value.Waiting.Where(d => d.Webhook == webhook);

    /// <summary>Notes what became of an attempt.</summary>
    internal Delivery Note(Delivery delivery, Attempt attempt)
    {
        var now = delivery.After(attempt, clock.GetUtcNow());
        file.Change(state => state.With(now));
        return now;
    }

    /// <summary>Gives up what waits for what the settings do not name any more.</summary>
    internal void GiveUpUnknown()
    {
        var now = settings.Now;
        var known = now.AllWebhooks.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        bool IsKnown(Delivery delivery) =>
            delivery.Webhook is { } webhook ? known.Contains(webhook) : now.Mail is not null;
        var lost = file.Value.Waiting.Where(d => !IsKnown(d)).ToList();
        if (lost.Count > 0)
            file.Change(state => lost.Aggregate(state, (all, d) => all.With(GivenUp(d))));
    }

    private static Delivery GivenUp(Delivery delivery) =>
        delivery with
        {
            State = DeliveryState.GivenUp,
            NextAt = null,
            Answer = delivery.Webhook is null
                ? "The settings do not name an SMTP server any more."
                : "The settings do not name this webhook any more.",
        };
}

/// <summary>A receiver that takes nothing.</summary>
/// <param name="Webhook">Null: the SMTP server.</param>
/// <param name="TakenAt">When it has taken something last; null: nobody knows of any.</param>
/// <param name="Waiting">How many were sent in vain.</param>
/// <param name="Since">Of when the oldest of them is.</param>
public sealed record SilentReceiver(string? Webhook, DateTimeOffset? TakenAt, int Waiting, DateTimeOffset Since);
