using TestServers.Access;
using TestServers.Databases;
using TestServers.History;
using TestServers.Jobs;
using TestServers.Settings;

namespace TestServers.Builds.Steps;

/// <summary>
/// Drops the server's copies of the app's bases, when nothing of the app uses them any more. What another app on the
/// server comes from stays, and so does what another console has made. Savepoints stay.
/// </summary>
public sealed class CopiesStep(
    CurrentSettings settings,
    HistoryStore history,
    BaseFacts bases,
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
                if (await Drop(settings.Now.Base(name)!, server, run, cancel) is not { } why)
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

    // Why it stays; null: there is none any more.
    private async Task<string?> Drop(
        BaseSettings @base,
        ServerName server,
        StepRun<Build> run,
        CancellationToken cancel
    )
    {
        var (answered, found) = await bases.FindCopy(@base, server, cancel);
        cancel.ThrowIfCancellationRequested();
        if (!answered)
            throw Problem.Failed(
                $"Whether {@base.Host} has {CopyName.Of(@base.Name, server)} is not known, as it does not answer"
                    + $"{(bases.ProblemOf(@base) is { } reason ? $": {reason.TrimEnd('.')}" : "")}."
            );
        if (found is null)
            return null;
        var copy = new Copy(bases.HostOf(@base), found, null);
        if (sight.IsAnothers(copy))
            return $"{copy.Name}, which another console has made";
        var end = await drop.Run(copy, Caller.TheConsole, null, cancel);
        if (!end.Done)
            throw Problem.Failed($"{copy.Name} on {@base.Host} is not dropped: {end.Message}");
        bases.NoteFound(copy.Host, copy.Found, null);
        run.Log($"Dropped {CopyDrop.Say(copy)}.");
        return null;
    }

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
