using System.Diagnostics;
using TestServers.Apps;

namespace TestServers.Builds;

/// <summary>
/// Compiles the Razor templates while the console begins to serve: the first build is as quick as the second. One that
/// is broken is told in the log and by healthz; a plan and a build say it, too.
/// </summary>
public sealed class TemplateWarmUp(CurrentSettings current, ILogger<TemplateWarmUp> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = current.Newest;
        if (!settings.Apps.Any(SiteTemplates.TakeTime))
            return;
        var since = Stopwatch.GetTimestamp();
        try
        {
            // A compilation cannot be cancelled: a stop does not wait for it.
            await Task.Run(() => SiteTrial.Check(settings, quickly: false), stoppingToken).WaitAsync(stoppingToken);
            var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
            log.LogInformation("The Razor templates are compiled, in {Seconds:0.0} s.", seconds);
        }
        catch (WrongSetting e)
        {
            log.LogError("{Problem}", e.Message);
            // What was read anew since then has been looked at as a whole.
            if (ReferenceEquals(current.Newest, settings))
                current.Problems = [.. current.Problems, $"{e.Message} Send SIGHUP to have it looked at again."];
        }
        catch (OperationCanceledException)
        {
            // A stop.
        }
    }
}
