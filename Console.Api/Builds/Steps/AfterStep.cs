using TestServers.Apps;
using TestServers.HostPrograms;

namespace TestServers.Builds.Steps;

/// <summary>
/// Has virtual environments brought up to date, and runs the commands that the app's entry in the settings lists, with
/// the settings that the site will have.
/// </summary>
public sealed class AfterStep(CurrentSettings settings, GuestProgram guest, RenderedBuild rendered) : IBuildStep
{
    public const string Called = "after";
    private const int LongestWords = 300,
        LongestNote = 100;

    public string Name => Called;

    public IReadOnlyList<string> Needs { get; } = [DatabaseStep.Called, CodeStep.Called];

    public TimeSpan Limit => TimeSpan.FromMinutes(settings.Now.Builds.AfterMinutes);

    public bool IsPartOf(AppSettings app, bool database, bool code) => app.HasWorkAfter(database, code);

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
        var (last, said, isInCommand) = ("", "", false);
        void Log(string line)
        {
            last = LastWords(line, last);
            isInCommand |= IsCommand(line);
            if (isInCommand && last.Length > 0)
                said = last;
            run.Log(line);
        }
        var end = await guest.RunAfter(work, Limit, files, Log, run.Progress, cancel);
        if (end.Done)
        {
            var count = work.App.CommandsAfter(work.Build.Database, work.Build.Code).Count();
            return new(StepState.Succeeded, Sum(count, said)) { LeftOut = end.LeftOut };
        }
        var failed = end.Outcome == HostOutcome.Failed && last.Length > 0;
        return StepResult<Build>.Of(failed ? end with { Message = $"{end.Message} It said last: {last}" } : end);
    }

    private static string Sum(int count, string said)
    {
        var commands =
            count == 0 ? "No command"
            : count == 1 ? "1 command"
            : $"{count} commands";
        return said.Length is 0 or > LongestNote ? commands : $"{commands}; the last words: {said}";
    }

    private static bool IsCommand(string line) => line.StartsWith("Step ", StringComparison.Ordinal);

    // Most tools end with their reason. A command that begins has not spoken yet.
    private static string LastWords(string line, string before)
    {
        var words = line.Trim();
        if (
            IsCommand(words)
            || words.StartsWith("Folder ", StringComparison.Ordinal)
            || words.StartsWith("left out: ", StringComparison.Ordinal)
        )
            return "";
        return words.Length switch
        {
            0 => before,
            > LongestWords => words[..LongestWords] + "…",
            _ => words,
        };
    }
}
