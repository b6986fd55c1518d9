using System.Collections.Concurrent;

namespace TestServers.Hosts;

/// <summary>The servers that the console has made, and what is said of them while they cannot be used.</summary>
public sealed class MadeServers(JsonFile<MadeState> file)
{
    /// <summary>What the board says of one that its host does not show yet.</summary>
    internal const string Asked = "ASKED";

    private readonly ConcurrentDictionary<ServerName, string> _progress = new();

    /// <summary>All of them: the same object as long as nothing changes.</summary>
    internal MadeState State => file.Value;

    /// <summary>One of them; null: the console has not made it.</summary>
    public MadeServer? Of(Server server) =>
        file.Value.Of(server.Guest) is { } made && made.Host == server.Host ? made : null;

    /// <summary>A host's list in which those of them are marked.</summary>
    internal HostListing MarkedIn(string host, HostListing listing)
    {
        var servers = file.Value.Servers;
        return servers.Values.Any(m => m.Host == host)
            ? listing with
            {
                Servers =
                [
                    .. listing.Servers.Select(s =>
                        servers.GetValueOrDefault(s.Name)?.Host == host ? s with { IsMade = true } : s
                    ),
                ],
            }
            : listing;
    }

    /// <summary>Those of a host that are being made.</summary>
    internal IEnumerable<MadeServer> OnTheirWay(string host) =>
        file.Value.Servers.Values.Where(m => m.Host == host && m.IsBeingMade);

    /// <summary>How far the making of one is, in a word or two; null: nobody knows.</summary>
    internal string? ProgressOf(ServerName server) => _progress.GetValueOrDefault(server);

    internal void NoteProgress(ServerName server, string? progress)
    {
        if (progress is null)
            _progress.TryRemove(server, out _);
        else
            _progress[server] = progress;
    }

    /// <summary>Why one cannot be used yet, or any more, as a sentence; null: it can, as far as this goes.</summary>
    public string? WhyNot(Server server) =>
        Of(server) switch
        {
            { Deleting: { } why } => $"{server.Name} is being deleted: {why}",
            { ReadyAt: null } made => $"{server.Name} is being made: {DoingOf(made, server)} It was asked for at "
                + $"{Times.Say(made.AskedAt)}, for {made.App}; who waits for any server gets it when it can be used.",
            _ => null,
        };

    /// <summary>How far the making of one is, as a sentence.</summary>
    private static string DoingOf(MadeServer made, Server server) =>
        server.Running ? "its system starts, and its host program does not answer yet."
        : server.Status is null or Asked ? "its host is asked for it."
        : made.Template is { } template ? $"{made.Host} makes it of {template} ({server.Status})."
        : $"Nova makes it ({server.Status}).";
}
