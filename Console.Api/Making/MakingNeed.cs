using TestServers.Reservations;

namespace TestServers.Making;

/// <summary>
/// Who waits for a server that is to be made: it follows from the line as it is, so that a restart knows it again.
/// </summary>
public sealed class MakingNeed(
    JsonFile<ReservationsState> reservations,
    MadeServers made,
    ProtectedServers protection,
    ServerTags tags
)
{
    /// <summary>Those who wait for any server for an app, and could have one that is made for it.</summary>
    /// <param name="name">What it would be called.</param>
    internal IEnumerable<LinePlace> WaitingFor(AppName app, MakeSettings make, ServerName name)
    {
        var state = reservations.Value;
        var turns = state.Turns.Values.Select(t => t.Place).ToHashSet();
        return state.Line.Where(p =>
            p is { Watch: false, Server: null }
            && p.App == app
            && !turns.Contains(p.Number)
            && (p.Host is null || p.Host == make.Host)
            && tags.HasAll(name, p.Tags)
            && p.Only?.Contains(name) != false
            && protection.WhyNot(name, p.Person) is null
        );
    }

    /// <summary>Whether one more is to be made now: more wait than there are on their way, and it is not one too
    /// many.</summary>
    /// <inheritdoc cref="WaitingFor"/>
    internal bool IsOneMoreNeeded(AppName app, MakeSettings make, ServerName name)
    {
        var own = Own(app, make).ToList();
        return own.Count(IsThere) < make.Most && WaitingFor(app, make, name).Count() > own.Count(m => m.IsBeingMade);
    }

    /// <summary>Whether there are as many as may be, and none is on its way.</summary>
    internal bool IsFull(AppName app, MakeSettings make)
    {
        var own = Own(app, make).ToList();
        return own.Count(IsThere) >= make.Most && !own.Exists(m => m.IsBeingMade || m.Deleting is not null);
    }

    // What was made by another kind of host of this name is on no way any more.
    private IEnumerable<MadeServer> Own(AppName app, MakeSettings make) =>
        made.State.Servers.Values.Where(m =>
            m.App == app && m.Host == make.Host && m.Template is null == make.Template is null
        );

    private static bool IsThere(MadeServer made) => made.Deleting is null || made.Id is not null;
}
