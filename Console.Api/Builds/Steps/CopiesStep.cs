using TestServers.Databases;
using TestServers.History;

namespace TestServers.Builds.Steps;

/// <summary>
/// Drops the server's copies of the app's bases, when nothing of the app uses them any more. What another app on the
/// server comes from stays, and so does what another console has made. Savepoints stay.
/// </summary>
public sealed class CopiesStep(
    CurrentSettings settings,
    HistoryStore history,
    BaseFacts bases,
    Copies copies,
    CopySight sight,
    CopyDrop drop
) : IBuildStep
{
    public const string Called = "copies";

    public string Name => Called;

    public IReadOnlyList<string> Needs { get; } = [OffStep.Called];

    public TimeSpan Limit => TimeSpan.FromMinutes(5);

    public bool IsPartOf(AppSettings app, bool database, bool code) => false;

    public bool IsPartOfTakingOff(AppSettings app) => !app.AllDatabases.IsEmpty;

    public async Task<StepResult<Build>> Run(BuildWork work, StepRun<Build> run, CancellationToken cancel)
    {
        var (server, kept) = (work.Server.Name, history.Of(work.Server.Name));
        var others = kept.AppsBeside(settings.Now.Apps, work.App.Name).ToList();
        var (gone, stay, failed) = (new List<BaseName>(), new List<string>(), new List<string>());
        foreach (var name in work.App.AllDatabases.SelectMany(d => d.Bases).Distinct())
        {
            if (others.Find(a => kept.BasesOf(a).Any(b => b.Base == name)) is { } user)
            {
                if (kept.Copies.ContainsKey(name))
                    stay.Add($"{CopyName.Of(name, server)}, which {user.Name} uses");
                continue;
            }
            try
            {
                if (await Drop(name, server, run, cancel) is not { } why)
                    gone.Add(name);
                else
                    stay.Add(why);
            }
            catch (Problem problem)
            {
                failed.Add(problem.Message);
            }
        }
        return Fold(gone, stay, failed);
    }

    // Why it stays; null: there is none any more, on any of the base's hosts.
    private async Task<string?> Drop(BaseName name, ServerName server, StepRun<Build> run, CancellationToken cancel)
    {
        if (settings.Now.Base(name) is not { } known)
            return await Drop(await FindOfFormer(name, server, cancel), run, cancel);
        var stay = new List<string>();
        var kept = history.Of(server);
        foreach (var place in kept.PlacesOf(known, settings.Now).Where(p => IsToAsk(p, known, kept)))
        {
            if (await Drop(await Find(place, server, cancel), run, cancel) is { } why)
                stay.Add(why);
        }
        return stay.Count > 0 ? string.Join(", ", stay) : null;
    }

    // One that is away, and of which nothing is known there, does not keep an app on its server.
    private bool IsToAsk(BaseSettings place, BaseSettings known, ServerHistory kept) =>
        bases.ProblemOf(place) is null
        || place.Host == kept.PlaceOf(known, settings.Now).Host
        || kept.Replaced?.Contains(ServerHistory.KeyOf(place.Host, place.Name)) == true;

    private async Task<string?> Drop(Copy? copy, StepRun<Build> run, CancellationToken cancel)
    {
        if (copy is null)
            return null;
        if (sight.IsAnothers(copy))
            return $"{copy.Name}, which another console has made";
        var end = await drop.Run(copy, Caller.TheConsole, null, cancel);
        if (!end.Done)
            throw Problem.Failed($"{copy.Name} on {copy.Host.Settings.Name} is not dropped: {end.Message}");
        bases.NoteFound(copy.Host, copy.Found, null);
        run.Log($"Dropped {CopyDrop.Say(copy)}.");
        return null;
    }

    private async Task<Copy?> Find(BaseSettings @base, ServerName server, CancellationToken cancel)
    {
        var (answered, found) = await bases.FindCopy(@base, server, cancel);
        cancel.ThrowIfCancellationRequested();
        return !answered ? throw Unknown(@base.Name, server, bases.HostOf(@base))
            : found is null ? null
            : new(bases.HostOf(@base), found, null);
    }

    // The settings do not name its base any more, and do not say which host has it.
    private async Task<Copy?> FindOfFormer(BaseName name, ServerName server, CancellationToken cancel)
    {
        foreach (var host in bases.Hosts.Select(h => h.Host).ToList())
        {
            var (end, status) = await host.Status(bases.BasesOf(host).Select(b => b.Name), cancel);
            cancel.ThrowIfCancellationRequested();
            if (!end.Done || status.Cluster is null)
                throw Unknown(name, server, host);
            bases.NoteAnswer(host, status);
        }
        return copies.All.FirstOrDefault(c =>
            c.Found.Kind == DatabaseKind.Copy && c.Found.Base == name && c.Server == server
        );
    }

    private Problem Unknown(BaseName name, ServerName server, DatabaseHost host) =>
        Problem.Failed(
            $"Whether {host.Settings.Name} has {CopyName.Of(name, server)} is not known, as it does not answer"
                + $"{(bases.ProblemOf(host) is { } reason ? $": {reason.TrimEnd('.')}" : "")}."
        );

    private static StepResult<Build> Fold(List<BaseName> gone, List<string> stay, List<string> failed)
    {
        var text =
            failed.Count > 0 ? string.Join(" ", failed)
            : gone.Count == 0 ? "None is dropped"
            : $"No copy of {string.Join(", ", gone)} is left";
        if (stay.Count > 0)
            text = $"{text.TrimEnd('.')}; what stays: {string.Join(", ", stay)}";
        return new(
            failed.Count > 0 ? StepState.Failed : StepState.Succeeded,
            text,
            build => build.WithResult(r => r with { Off = r.Off is { } off ? off with { Copies = gone } : null })
        );
    }
}
