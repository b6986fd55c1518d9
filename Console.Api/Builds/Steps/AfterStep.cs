using TestServers.Apps;
using TestServers.HostPrograms;
using TestServers.Jobs;
using TestServers.Settings;

namespace TestServers.Builds.Steps;

/// <summary>
/// Runs the commands that the app's entry in the settings lists, with the settings that the site will have.
/// </summary>
public sealed class AfterStep(CurrentSettings settings, GuestProgram guest, RenderedBuild rendered) : IBuildStep
{
    public const string Called = "after";
    private const int LongestWords = 300;

    public string Name => Called;

    public IReadOnlyList<string> Needs { get; } = [DatabaseStep.Called, CodeStep.Called];

    public TimeSpan Limit => TimeSpan.FromMinutes(settings.Now.Builds.AfterMinutes);

    public bool IsPartOf(AppSettings app, bool database, bool code) => code && app.After is { Count: > 0 };

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
        var last = "";
        void Log(string line)
        {
            last = LastWords(line, last);
            run.Log(line);
        }
        var end = await guest.RunAfter(work, Limit, files, Log, run.Progress, cancel);
        if (end.Done)
        {
            var count = work.App.After!.Count;
            return new(StepState.Succeeded, count == 1 ? "1 command" : $"{count} commands") { LeftOut = end.LeftOut };
        }
        var failed = end.Outcome == HostOutcome.Failed && last.Length > 0;
        return StepResult<Build>.Of(failed ? end with { Message = $"{end.Message} It said last: {last}" } : end);
    }

    // Most tools end with their reason. A command that begins has not spoken yet.
    private static string LastWords(string line, string before)
    {
        var words = line.Trim();
        if (words.StartsWith("Step ", StringComparison.Ordinal))
            return "";
        return words.Length switch
        {
            0 => before,
            > LongestWords => words[..LongestWords] + "…",
            _ => words,
        };
    }
}
