using TestServers.Apps;
using TestServers.Jobs;
using TestServers.Settings;

namespace TestServers.Builds.Steps;

/// <summary>Puts the rendered settings in place; a failing configtest puts the old ones back.</summary>
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
        return new(StepState.Succeeded, "In place, Apache reloaded") { LeftOut = end.LeftOut };
    }
}
