using System.Collections.Concurrent;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.Requests;
using TestServers.Servers;

namespace TestServers.Live;

/// <summary>Listens to the nouns and tells the stream; the nouns know nothing of it.</summary>
public sealed class Teller(
    EventStream stream,
    Board board,
    RequestStore<Build> builds,
    BuildViews views,
    Restores restores,
    BaseFacts bases,
    BaseViews baseViews,
    CopyViews copies,
    CurrentSettings settings)
{
    // The build of each server that was told last to be running.
    private readonly ConcurrentDictionary<ServerName, RequestId> _begun = new();

    /// <summary>Begins to tell.</summary>
    public void Begin()
    {
        board.Changed += TellServers;
        builds.Changed += build => TellBuilds(build);
        restores.Store.Changed += restore =>
        {
            stream.Tell("restore", baseViews.ViewOf(restore));
            TellBase(restore.Base);
        };
        bases.Changed += TellBase;
        copies.Changed += list => stream.Tell("copies", list);
        settings.Changed += (_, _) => stream.Tell("reset", new { });
    }

    private void TellServers(ServerList before, ServerList after)
    {
        if (!before.Servers.Select(s => s.Name).SequenceEqual(after.Servers.Select(s => s.Name)))
        {
            stream.Tell("reset", new { });
            return;
        }
        foreach (var server in after.Servers.Except(before.Servers)) stream.Tell("server", server);
        foreach (var host in after.Hosts.Except(before.Hosts)) stream.Tell("host", host);
    }

    private void TellBuilds(Build build)
    {
        stream.Tell("build", views.Of(build));
        // Those behind it have moved up: when it ends, and when it begins.
        var begins = build.State == RequestState.Running && _begun.GetValueOrDefault(build.Server) != build.Id;
        if (begins) _begun[build.Server] = build.Id;
        if (!begins && !build.Ended) return;
        foreach (var behind in builds.Open.Where(b => b.Server == build.Server && b.State == RequestState.Queued)) stream.Tell("build", views.Of(behind));
    }

    // One that the settings no longer name is not shown any more.
    private void TellBase(BaseName name)
    {
        if (settings.Now.Base(name) is { } @base) stream.Tell("base", baseViews.Of(@base));
    }
}
