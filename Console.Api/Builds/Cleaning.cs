using System.Collections.Concurrent;
using TestServers.Commands;
using TestServers.Databases;
using TestServers.Hosts;

namespace TestServers.Builds;

/// <summary>
/// Servers on which a build ended without a word: cancelled, or cut off by the console's own end. Their leftovers are ended and what is on them is
/// asked, before the next build there and in the background; one that is unreachable is cleaned when it is back.
/// </summary>
public sealed class Cleaning(Settings settings, Inventory inventory, History history, Bases bases, GuestSteps guest, ILogger<Cleaning> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<ServerName, SemaphoreSlim> _unclean = new();

    /// <summary>Remembers a server to be cleaned.</summary>
    public void Note(ServerName server) => _unclean.TryAdd(server, new(1));

    /// <summary>Cleans a server before a build, if it needs that.</summary>
    /// <returns>Why it cannot be cleaned, or null.</returns>
    public async Task<string?> Before(Machine machine, CancellationToken cancel)
    {
        if (!_unclean.TryGetValue(machine.Name, out var turn)) return null;
        await turn.WaitAsync(cancel);
        try
        {
            return _unclean.ContainsKey(machine.Name) ? await Clean(machine, cancel) : null;
        }
        finally
        {
            turn.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var machine in inventory.Machines.Where(m => m.Running && _unclean.ContainsKey(m.Name)).ToList())
            {
                if (await Before(machine, stoppingToken) is { } why) log.LogInformation("{Server} is not cleaned yet: {Reason}", machine.Name, why);
            }
            await Task.Delay(Pause, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task<string?> Clean(Machine machine, CancellationToken cancel)
    {
        var swept = await guest.Sweep(machine, cancel);
        if (!swept.Done) return swept.Message;
        var status = await guest.Status(machine, cancel);
        if (!status.Done) return status.Message;
        // A database host that is down must not stop a build that does not need it: then the server stays in the list, to be asked again.
        if (await Correct(machine, status, cancel)) _unclean.TryRemove(machine.Name, out _);
        return null;
    }

    private async Task<bool> Correct(Machine machine, HostEnd status, CancellationToken cancel)
    {
        var all = true;
        var copies = new Dictionary<string, DateTimeOffset?>(StringComparer.Ordinal);
        foreach (var @base in settings.Bases)
        {
            var (answered, dataTime) = await bases.AskCopy(@base, machine.Name, cancel);
            all &= answered;
            if (dataTime is not null) copies[@base.Name.Text] = dataTime;
        }
        var code = settings.Apps.Select(app => (app.Name, Code: CodeOf(app, status, history.Of(machine.Name).Code.GetValueOrDefault(app.Name.Text)))).Where(c => c.Code is not null)
            .ToDictionary(c => c.Name.Text, c => c.Code!, StringComparer.Ordinal);
        history.Correct(machine.Name, code, copies);
        return all;
    }

    // Git's working copy does not know the branch it came from: a commit is a path, too.
    private static KeptCode? CodeOf(AppSettings app, HostEnd status, KeptCode? known)
    {
        if (Revision.From(status.Results.GetValueOrDefault($"app.{app.Name}.revision") ?? "") is not { } revision) return null;
        if (app.Repository.Kind == RepositoryKind.Git) return known?.Revision == revision.Text ? known : new(RepositoryPath.From(revision.Text)!, revision.Text);
        var root = app.Repository.Url.TrimEnd('/') + "/";
        var url = status.Results.GetValueOrDefault($"app.{app.Name}.url") ?? "";
        return url.StartsWith(root, StringComparison.Ordinal) && RepositoryPath.From(url[root.Length..]) is { } path ? new(path, revision.Text) : null;
    }
}
