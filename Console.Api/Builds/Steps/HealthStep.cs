using System.Diagnostics;
using TestServers.Apps;
using TestServers.History;

namespace TestServers.Builds.Steps;

/// <summary>Asks the server's own page, as a person would next: its answer decides whether a build is ready.</summary>
public sealed class HealthStep(CurrentSettings settings, Secrets secrets, GuestProgram guest) : IBuildStep, IDisposable
{
    public const string Called = "health";
    private const int Most = 64 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // Redirects are answers, not ways: the address comes from the settings and no page may send the console elsewhere.
    private readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromSeconds(1),
        }
    )
    {
        // A kept connection would hold a reloading Apache's old process.
        DefaultRequestHeaders = { ConnectionClose = true },
        MaxResponseContentBufferSize = Most,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public string Name => Called;

    public IReadOnlyList<string> Needs { get; } = [SettingsStep.Called];

    public TimeSpan Limit => TimeSpan.FromSeconds(settings.Now.Builds.HealthSeconds);

    public bool IsPartOf(AppSettings app, bool database, bool code) => true;

    /// <summary>
    /// Asks until it is ready or the limit is over. A web server that is just reloading is asked again; an app's own
    /// error is asked again for 3 s.
    /// </summary>
    public async Task<StepResult<Build>> Run(BuildWork work, StepRun<Build> run, CancellationToken cancel)
    {
        var server = work.Server;
        var url = BuildRules.PageOf(work.App, server);
        // No step of this build may have asked where the log ends.
        var mark =
            work.ErrorLog ?? (work.Build.Resumes is null ? null : await guest.EndOfErrors(work.App, server, cancel));
        var (limit, started) = (Limit, Stopwatch.StartNew());
        while (true)
        {
            var health = await Ask(url, limit - started.Elapsed, cancel);
            if (health.Ready)
                return new(
                    StepState.Succeeded,
                    $"HTTP {health.Status} after {started.Elapsed.TotalSeconds:0.0} s",
                    build => build with { Health = health }
                );
            var patience = health.Status is null or 502 or 503 ? limit : TimeSpan.FromSeconds(3);
            if (started.Elapsed + Pause >= patience)
                return GiveUp(health, work.App, await guest.ErrorsSince(work.App, server, mark, cancel), run);
            await Task.Delay(Pause, cancel);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<AppHealth> Ask(string url, TimeSpan limit, CancellationToken cancel)
    {
        var started = Stopwatch.StartNew();
        using var within = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        within.CancelAfter(limit > Pause ? limit : Pause);
        try
        {
            using var answer = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, within.Token);
            var status = (int)answer.StatusCode;
            var text = status < 400 ? null : FirstLines(secrets.Hide(await Read(answer, within.Token)));
            return new(url, status, Math.Round(started.Elapsed.TotalSeconds, 3), text);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(
                url,
                null,
                Math.Round(started.Elapsed.TotalSeconds, 3),
                $"no answer within {settings.Now.Builds.HealthSeconds:0} s"
            );
        }
        catch (HttpRequestException e)
        {
            return new(url, null, Math.Round(started.Elapsed.TotalSeconds, 3), e.Message);
        }
    }

    private static async Task<string> Read(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[Most];
        var length = await stream.ReadAtLeastAsync(buffer, Most, throwOnEndOfStream: false, cancel);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static string FirstLines(string text) =>
        string.Join(
            '\n',
            text.Split('\n')
                .Select(l => new string([.. l.Where(c => !char.IsControl(c)).Take(200)]).Trim())
                .Where(l => l.Length > 0)
                .Take(12)
        );

    // Django's own way while DEBUG is off: it means to mail errors.
    private const string Silent =
        "Apache's error log has no line of it since this build began. An app that keeps its "
        + "errors to itself, as Django does "
        + "with DEBUG off, writes them there when LOGGING in settings.py has a StreamHandler.";

    private static StepResult<Build> GiveUp(AppHealth health, AppSettings app, ErrorLog errors, StepRun<Build> run)
    {
        var isApache = app.SiteKind.IsApaches;
        var log = isApache ? "Apache's error log" : $"The logs of the kind {app.SiteKind}";
        var silent = isApache ? Silent : $"{log} have no line of it since this build began.";
        foreach (var line in (health.Text ?? "").Split('\n'))
            run.Log(line);
        var reported = errors.Problem ?? (errors.Lines.IsEmpty ? silent : $"{log} since this build began:");
        run.Log(reported);
        foreach (var line in errors.Lines)
            run.Log(line);
        health = health with { ErrorLog = errors.Lines.IsEmpty ? reported : string.Join('\n', errors.Lines) };
        var more = errors.Lines.IsEmpty
            ? ""
            : $", and what {(isApache ? log : "its logs")} {(isApache ? "says" : "say")} of it";
        var message = health.Status is { } status
            ? $"built, but {health.Url} answers HTTP {status}; its first lines are in the log{more}"
            : $"built, but {health.Url} does not answer: {health.Text?.TrimEnd('.')}. "
                + (isApache ? "Look at the server's Apache error log" : "Look at the logs on the server");
        return new(StepState.Failed, message, build => build with { Health = health }) { Verdict = message };
    }
}
