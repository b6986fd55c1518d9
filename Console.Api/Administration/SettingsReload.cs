using System.Runtime.InteropServices;
using System.Threading.Channels;
using TestServers.Apps;
using TestServers.Builds;
using TestServers.Following;
using TestServers.Messages;
using TestServers.Reservations;

namespace TestServers.Administration;

/// <summary>
/// Reads the settings anew when the console is sent SIGHUP. What is right holds as a whole from then on; what is wrong
/// changes nothing, and is told in the log and by healthz until a right file is read.
/// </summary>
public sealed class SettingsReload(
    CurrentSettings current,
    JsonFile<PeopleState> people,
    JsonFile<TokensState> tokens,
    JsonFile<ReservationsState> reservations,
    JsonFile<ConcernsState> concerns,
    JsonFile<FollowingState> following,
    MessageBook messages,
    JobStore<Build> builds,
    Journal journal,
    Audit audit,
    Secrets secrets,
    Sessions sessions,
    ILogger<SettingsReload> log
) : BackgroundService
{
    private static readonly Channel<bool> Asked = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }
    );

    // Taken once at the start; until then SIGHUP would end the program.
    private static PosixSignalRegistration? _signal;

    /// <summary>
    /// From now on SIGHUP ends nothing, but when it says that the terminal of the console was closed; what is asked for
    /// before the console serves is done then.
    /// </summary>
    public static void TakeSignal()
    {
        var had = HasTerminal();
        _signal ??= PosixSignalRegistration.Create(
            PosixSignal.SIGHUP,
            context =>
            {
                context.Cancel = !had || HasTerminal();
                Asked.Writer.TryWrite(true);
            }
        );
    }

    private static bool HasTerminal()
    {
        try
        {
            File.OpenRead("/dev/tty").Dispose();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await Asked.Reader.WaitToReadAsync(stoppingToken))
            {
                if (Asked.Reader.TryRead(out _))
                    await Read();
            }
        }
        catch (OperationCanceledException)
        {
            // A stop.
        }
    }

    private async Task Read()
    {
        var before = current.Newest;
        try
        {
            var read = SiteTrial.Load(before.Source);
            var next = read.KeepingPlacesOf(before);
            secrets.LearnAll(next);
            await Replace(before, next);
            var late = before.PlacesThatDiffer(read).Select(Tell).ToList();
            current.Problems = late;
            foreach (var place in late)
                log.LogWarning("{Problem}", place);
            log.LogInformation(
                "The settings file {File} was read again and is in force: {Counts}.",
                before.Source,
                next.Counts
            );
            await TellAudit(next);
        }
        catch (Exception e) when (e is WrongSetting or DiskRefused)
        {
            current.Problems = [$"{e.Message} The former settings stay in force until it is read again."];
            log.LogError("{Problem}", current.Problems[0]);
        }
        // A fault of ours must not end what runs.
        catch (Exception e)
        {
            current.Problems =
            [
                "The settings file could not be read again, because the console failed; its log says why.",
            ];
            log.LogError(e, "The settings file {File} could not be read again", before.Source);
        }
    }

    // Not with the act: who is to lose a right loses it although the disk is full.
    private async Task TellAudit(ConsoleSettings read)
    {
        try
        {
            await journal.Do(act => audit.Write(act, Caller.TheConsole, "read settings", read.Source, read.Counts));
        }
        catch (DiskRefused refused)
        {
            log.LogWarning("The audit does not tell that the settings were read again: {Reason}", refused.Message);
        }
    }

    // Names of holders are a part of the state: no change may see the new rule with the old names, or the other way
    // round.
    private async Task Replace(ConsoleSettings before, ConsoleSettings next)
    {
        await journal.Do(act =>
        {
            NameChange.Apply(act, next, people, tokens, reservations, concerns, builds);
            messages.Rename(act, NameChange.RuleOf(next));
            act.Change(following, all => all.WithNames(NameChange.RuleOf(next)));
            act.Publish(() => current.Replace(next));
        });
        foreach (var token in before.Tokens.Where(t => !next.Tokens.Any(n => n.Name == t.Name && n.Sha256 == t.Sha256)))
            sessions.EndStreams(token.Name);
        current.Tell(before);
    }

    private static string Tell(string key) =>
        $"`{key}` is another now, which holds from the next start of the console on; all else holds already.";
}
