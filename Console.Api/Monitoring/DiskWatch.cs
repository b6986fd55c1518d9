using System.Diagnostics;

namespace TestServers.Monitoring;

/// <summary>
/// Tries by itself whether the disk takes the state, so that it is known before somebody's change is refused; tells
/// the log when the disk refuses a file, and tries such files until they can be written again.
/// </summary>
public sealed class DiskWatch : BackgroundService
{
    /// <summary>A disk that does not answer for so long counts as one that refuses.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2),
        UntilNextTry = TimeSpan.FromSeconds(10);
    private readonly Loop _loop;

    // Below it a night's logs and histories may not fit any more.
    private const long LittleSpace = 100L << 20;
    private readonly string _state;
    private readonly ILogger<DiskWatch> _log;
    private long _asked;

    public DiskWatch(CurrentSettings settings, ILogger<DiskWatch> log)
    {
        (_state, _log, _loop) = (settings.Newest.State, log, new(Pause, log));
        DiskTroubles.Began += TellBegin;
        DiskTroubles.Ended += TellEnd;
    }

    /// <summary>Free and all bytes of the disk that has the state; null when the system does not say.</summary>
    public (long Free, long Size)? Space => SpaceOf(_state);

    /// <summary>The same of the disk that has any folder.</summary>
    internal static (long Free, long Size)? SpaceOf(string folder)
    {
        try
        {
            var drive = new DriveInfo(folder);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>That there is little space left, in a sentence; else null.</summary>
    public string? Shortage => ShortageOf(_state);

    /// <summary>The same of the disk that has any folder.</summary>
    internal static string? ShortageOf(string folder) =>
        SpaceOf(folder) is { Free: < LittleSpace } space
            ? $"The disk with {folder} has less than {LittleSpace >> 20} MiB left, {space.Free >> 20} MiB."
            : null;

    /// <summary>That the disk does not answer, in a sentence; else null.</summary>
    public string? Silence =>
        Volatile.Read(ref _asked) is var asked
        && asked > 0
        && Stopwatch.GetElapsedTime(asked) is var waited
        && waited > Patience
            ? $"The disk with {_state} has not answered for {waited.TotalSeconds:0} s. Look at the disk."
            : null;

    public override void Dispose()
    {
        DiskTroubles.Began -= TellBegin;
        DiskTroubles.Ended -= TellEnd;
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tried = Stopwatch.StartNew();
        TryState();
        await _loop.Run(() => Probe(tried), stoppingToken);
    }

    private void Probe(Stopwatch tried)
    {
        if (tried.Elapsed >= UntilNextTry)
        {
            TryState();
            tried.Restart();
        }
        if (DiskTroubles.Open.Count > 0)
            DiskTroubles.Probe();
    }

    private void TryState()
    {
        void Try() => Disk.TryFolder(_state);
        Volatile.Write(ref _asked, Stopwatch.GetTimestamp());
        try
        {
            Try();
        }
        catch (DiskRefused refused)
        {
            DiskTroubles.Note(_state, refused, Try);
        }
        finally
        {
            Volatile.Write(ref _asked, 0);
        }
    }

    private void TellBegin(DiskTrouble trouble) => _log.LogError("{Reason}", trouble.Message);

    private void TellEnd(DiskTrouble trouble) =>
        _log.LogWarning(
            "The disk takes {File} again; it refused it since {Since}.",
            trouble.Path,
            Times.Say(trouble.Since)
        );
}
