namespace TestServers.Builds.Steps;

/// <summary>
/// Takes the app's site, workers and code off the server. What the web server does not accept without the site is as it
/// was before.
/// </summary>
public sealed class OffStep(CurrentSettings settings, GuestProgram guest, KeptFolders folders) : IBuildStep
{
    public const string Called = "off";

    public string Name => Called;

    public TimeSpan Limit => TimeSpan.FromMinutes(settings.Now.Builds.CodeMinutes);

    public bool IsPartOf(AppSettings app, bool database, bool code) => false;

    public bool IsPartOfTakingOff(AppSettings app) => true;

    public async Task<StepResult<Build>> Run(BuildWork work, StepRun<Build> run, CancellationToken cancel)
    {
        var end = await guest.TakeOff(work, Limit, run, cancel);
        if (!end.Done)
            return StepResult<Build>.Of(end);
        var site = end.Results.GetValueOrDefault("site") == "removed";
        var code = end.Results.GetValueOrDefault("code") == "removed";
        var kept = (end.Results.GetValueOrDefault("folders") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        folders.NoteLeft(work.Server.Name, work.App.Name, kept);
        return new(
            StepState.Succeeded,
            Say(site, code, kept),
            build =>
                build.WithResult(r => r with { Off = new(site, code, kept, []), Sites = GuestProgram.SitesOf(end) })
        )
        {
            LeftOut = end.LeftOut,
        };
    }

    private static string Say(bool site, bool code, string[] kept)
    {
        var what = (site, code) switch
        {
            (true, true) => "Site and code removed",
            (true, false) => "Site removed",
            (false, true) => "Code removed",
            _ => "Nothing was there",
        };
        return kept.Length == 0 ? what : $"{what}; folders that stay: {string.Join(", ", kept)}";
    }
}
