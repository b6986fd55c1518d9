namespace TestServers.Hosts;

/// <summary>
/// How servers are made on a kind of host, and deleted. What a host is to do is in the console's state before it is
/// asked, and what became of it is what the host shows under the name and the mark.
/// </summary>
public interface IServerMaking
{
    /// <summary>Whether the settings mean this kind by a host.</summary>
    bool IsOf(HostSettings host);

    /// <summary>Asks for a server, in a bounded time; what takes longer goes on behind it, until
    /// <paramref name="cancel"/> says so.</summary>
    Task<AskedServer> Make(HostSettings host, NewServer server, CancellationToken cancel);

    /// <summary>How far one that is being made is. What is left to do for it is done.</summary>
    Task<SeenServers> GoOn(HostSettings host, MadeServer server, CancellationToken cancel);

    /// <summary>What the host has under the name of a server that was made, or asked for, and what that server is
    /// called by now.</summary>
    Task<SeenServers> Look(HostSettings host, MadeServer server, CancellationToken cancel);

    /// <summary>Deletes a server that was made, if it still is what was made.</summary>
    Task<DeletedServer> Delete(HostSettings host, MadeServer server, CancellationToken cancel);
}

/// <summary>A server as a host is asked for it.</summary>
/// <param name="Made">Its name and its mark.</param>
/// <param name="UserData">What cloud-init gets; null: nothing.</param>
public sealed record NewServer(MadeServer Made, MakeSettings How, byte[]? UserData);

/// <summary>What became of asking for a server.</summary>
/// <param name="Id">Its host's id of it; null: there is none yet, or nobody knows.</param>
/// <param name="Problem">Why not, as a sentence; null: its host has taken it.</param>
/// <param name="IsRefused">Its host has said no: it has none. Else nobody knows whether it has.</param>
public sealed record AskedServer(string? Id, string? Problem, bool IsRefused);

/// <summary>A server that a host has under a name.</summary>
/// <param name="Mark">The console's mark in its metadata; null: it has none.</param>
/// <param name="IsUp">Whether its host has done its part.</param>
/// <param name="HowFar">How far its host is, as a sentence.</param>
/// <param name="Fault">Why its host does not go on, as a sentence; null: it does.</param>
public sealed record SeenServer(string Id, string? Mark, bool IsUp, string HowFar, string? Fault)
{
    /// <summary>What it is called by now, where that is not the name that was looked for; null: it is.</summary>
    public string? OtherName { get; init; }
}

/// <summary>What a host has under a name.</summary>
/// <param name="Problem">Why it could not be asked, as a sentence; null: it has answered.</param>
public sealed record SeenServers(IReadOnlyList<SeenServer> Servers, string? Problem)
{
    /// <summary>How far one is that the host does not have yet and that is still being made, as a sentence; null: none
    /// is.</summary>
    public string? HowFar { get; init; }

    /// <summary>Why one that the host does not have could not be made; null: nothing is known of that.</summary>
    public FailedServer? Failed { get; init; }
}

/// <summary>Why a server could not be made.</summary>
/// <param name="Reason">As a sentence.</param>
/// <param name="MayBeThere">Whether something of it may be there, or may still come.</param>
public sealed record FailedServer(string Reason, bool MayBeThere);

/// <summary>What became of a deletion.</summary>
public enum Deletion
{
    /// <summary>Its host has taken it, and is at it.</summary>
    Taken,

    /// <summary>Its host had it, and has it no more.</summary>
    Done,

    /// <summary>Its host has no such server.</summary>
    Gone,

    /// <summary>What its host has does not carry the mark, or has another name: nothing was done.</summary>
    NotOurs,

    /// <summary>It could not be done, or asked for.</summary>
    Failed,
}

/// <inheritdoc cref="Deletion"/>
/// <param name="Problem">A sentence where it was not done.</param>
public sealed record DeletedServer(Deletion What, string? Problem);
