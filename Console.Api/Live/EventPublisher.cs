using System.Collections.Concurrent;
using TestServers.Board;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.Messages;
using TestServers.Savepoints;

namespace TestServers.Live;

/// <summary>Listens to the nouns and tells the stream; the nouns know nothing of it.</summary>
public sealed class EventPublisher(
    EventStream stream,
    LiveBoard board,
    JobStore<Build> builds,
    BuildPresenter views,
    Restores restores,
    BaseFacts bases,
    BasePresenter baseViews,
    CopyPresenter copies,
    MessageBook messages,
    SavepointKeeper savepoints,
    CurrentSettings settings
)
{
    // The build of each server that was told last to be running.
    private readonly ConcurrentDictionary<ServerName, JobId> _begun = new();

    /// <summary>Begins to tell.</summary>
    public void Begin()
    {
        board.Changed += TellServers;
        board.LineChanged += () => stream.Tell("line", new { });
        builds.Changed += build => TellBuilds(build);
        restores.Store.Changed += restore =>
        {
            stream.Tell("restore", baseViews.ViewOf(restore));
            TellBase(restore.Base);
        };
        bases.Changed += TellBase;
        copies.Changed += list => stream.Tell("copies", list);
        savepoints.Changed += server => stream.Tell("savepoints", new { server });
        messages.Changed += (person, list) => stream.Tell("messages", list, person);
        settings.Changed += (_, _) => stream.Tell("reset", new { });
    }

    private void TellServers(BoardChange change)
    {
        if (change.HasOthers)
        {
            stream.Tell("reset", new { });
            return;
        }
        foreach (var server in change.Servers)
            stream.Tell("server", server);
        foreach (var host in change.Hosts)
            stream.Tell("host", host);
    }

    private void TellBuilds(Build build)
    {
        stream.Tell("build", views.Of(build));
        // Those behind it have moved up: when it ends, and when it begins.
        var begins = build.State == JobState.Running && _begun.GetValueOrDefault(build.Server) != build.Id;
        if (begins)
            _begun[build.Server] = build.Id;
        if (!begins && !build.Ended)
            return;
        foreach (var behind in builds.Open.Where(b => b.Server == build.Server && b.State == JobState.Queued))
            stream.Tell("build", views.Of(behind));
    }

    // One that the settings no longer name is not shown any more.
    private void TellBase(BaseName name)
    {
        if (settings.Now.Base(name) is { } @base)
            stream.Tell("base", baseViews.Of(@base));
    }
}
