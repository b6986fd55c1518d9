using System.Globalization;
using System.Text.RegularExpressions;

namespace TestServers.Administration;

/// <summary>
/// `console drain`: has nothing begin, and waits until what runs has ended. The console itself says what runs.
/// </summary>
internal static partial class DrainCommand
{
    // Within it whoever has waited stops the console; else all goes on as before.
    private static readonly TimeSpan ForTheStop = TimeSpan.FromMinutes(5),
        Pause = TimeSpan.FromSeconds(1);

    private const RegexOptions OfLines = RegexOptions.Multiline | RegexOptions.ExplicitCapture;

    // What had just begun when it was said that nothing may is seen by the next look.
    private const int QuietLooks = 3;

    public static async Task<int> Run(string settingsFile, TimeSpan limit, bool ends, CancellationToken cancel)
    {
        var settings = ConsoleSettings.LoadPart(
            settingsFile,
            ends ? ["state"] : ["state", "listen", "pathBase"],
            fault => System.Console.Error.WriteLine($"console drain: {fault}")
        );
        var mark = new DrainMark(settings.State);
        if (ends)
        {
            mark.Remove();
            await Say("Builds, restores and savepoints begin again.");
            return 0;
        }
        using var console = new RunningConsole(settings);
        if (await console.Metrics(cancel) is (null, null))
        {
            await Say("No console runs by these settings: there is nothing to wait for.");
            return 0;
        }
        var until = DateTimeOffset.UtcNow + limit;
        mark.Set(until + ForTheStop);
        try
        {
            return await Wait(console, until, mark, cancel);
        }
        catch (Exception e) when (e is OperationCanceledException or WrongSetting)
        {
            mark.Remove();
            throw;
        }
    }

    private static async Task<int> Wait(
        RunningConsole console,
        DateTimeOffset until,
        DrainMark mark,
        CancellationToken cancel
    )
    {
        for (int quiet = 0, told = -1; ; )
        {
            var (metrics, problem) = await console.Metrics(cancel);
            var hasEnded = (metrics, problem) is (null, null);
            var running = metrics is null ? 0 : Running(metrics);
            quiet = running == 0 && problem is null ? quiet + 1 : 0;
            if (quiet >= QuietLooks || hasEnded)
            {
                await Say(
                    "Nothing runs any more, and nothing begins until the next start, or "
                        + $"{Times.Say(mark.Until ?? until)}."
                );
                return 0;
            }
            if (DateTimeOffset.UtcNow >= until)
            {
                var still = problem is null
                    ? $"Builds, restores and savepoints that still run: {running}. A stop now interrupts them; "
                    : $"What still runs is not known, as the console does not say it: {problem}. A stop now may "
                        + "interrupt builds; ";
                await Say(still + "`console drain --end` lets others begin again.");
                return 1;
            }
            if (running > 0 && running != told)
                await Say(
                    $"Builds, restores and savepoints that run: {running}. Waiting until {Times.Say(until)} at most."
                );
            told = running;
            await Task.Delay(Pause, cancel);
        }
    }

    internal static int Running(string metrics) =>
        JobsThatRun().Matches(metrics).Sum(m => int.Parse(m.Groups["number"].ValueSpan, CultureInfo.InvariantCulture));

    private static Task Say(string text) => System.Console.Out.WriteLineAsync(text);

    [GeneratedRegex("""^console_(builds|restores|savepoints)\{state="running"\} (?<number>[0-9]+)$""", OfLines)]
    private static partial Regex JobsThatRun();
}
