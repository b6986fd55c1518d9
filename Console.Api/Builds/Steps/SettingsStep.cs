using TestServers.Apps;
using TestServers.HostPrograms;

namespace TestServers.Builds.Steps;

/// <summary>
/// Puts the rendered settings in place and starts the workers; what the web server refuses puts the old ones back.
/// </summary>
public sealed class SettingsStep(CurrentSettings settings, GuestProgram guest, RenderedBuild rendered) : IBuildStep
{
    public const string Called = "settings";

    public string Name => Called;

    public IReadOnlyList<string> Needs { get; } = [DatabaseStep.Called, CodeStep.Called, AfterStep.Called];

    public TimeSpan Limit => TimeSpan.FromMinutes(settings.Now.Builds.SettingsMinutes);

    public bool IsPartOf(AppSettings app, bool database, bool code) => true;

    public async Task<StepResult<Build>> Run(BuildWork work, StepRun<Build> run, CancellationToken cancel)
    {
        RenderedSite files;
        try
        {
            files = rendered.For(work, run);
        }
        catch (UnrenderableTemplate e)
        {
            return new(StepState.Failed, e.Message);
        }
        var end = await guest.PutSettings(work, Limit, files, run, cancel);
        work.Calls.Dispose();
        if (!end.Done)
            return StepResult<Build>.Of(end);
        work.ErrorLog ??= ErrorLogMark.Of(end);
        var said = work.App.SiteKind.IsApaches ? "In place, Apache reloaded" : "In place, reloaded";
        var sites = GuestProgram.SitesOf(end);
        var others = sites?.Where(a => a != work.App.Name).ToList() ?? [];
        said += others.Count == 0 ? "" : $", beside {string.Join(", ", others)}";
        return new(
            StepState.Succeeded,
            said + WorkersOf(work.App, end),
            build => build.WithResult(r => r with { Sites = sites })
        )
        {
            LeftOut = end.LeftOut,
        };
    }

    // What of them does not stay up is left out, with its reason.
    private static string WorkersOf(AppSettings app, HostResult end)
    {
        var count = app.Workers?.Count ?? 0;
        var up = app.Workers?.Keys.Count(name => end.Results.GetValueOrDefault($"worker.{name}") == "up") ?? 0;
        return count == 0 ? ""
            : up == count ? $", {(count == 1 ? "1 worker runs" : $"{count} workers run")}"
            : $", {up} of {(count == 1 ? "1 worker runs" : $"{count} workers run")}";
    }
}
