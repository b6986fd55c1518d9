using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <summary>
/// Speaks with the programs on the hosts. Lines that begin with @ are for the console, every other line is the log.
/// Exit code 255 of ssh can mean a dozen things, so only the program's own last line says how the work ended.
/// </summary>
/// <param name="largestOutput">A call that says more bytes than this is ended.</param>
/// <param name="connections">Those that are shared; without them it has its own.</param>
/// <param name="stopping">The console stops: hosts that do not say that they heard are not waited for.</param>
public sealed class HostProgram(
    CommandRunner runner,
    Func<long>? largestOutput = null,
    SshConnections? connections = null,
    CancellationToken stopping = default
)
{
    private readonly SshConnections _connections = connections ?? new();

    /// <summary>The host programs' own limit for cleaning up is 10 s; then ssh gets some time to tell.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(13);
    internal const int Protocol = 1;

    /// <summary>
    /// Runs the call to its end. Cancelling closes the lifeline and waits until the program has cleaned up, at most
    /// <see cref="Grace"/>; one that does not even say that it heard is given up earlier.
    /// </summary>
    public async Task<HostResult> Run(HostCall call, CancellationToken cancel)
    {
        using var run = Begin(call.Transport);
        return (await run.Run(call, isFollowed: false, cancel))!;
    }

    /// <summary>A start of the program there, of which nothing has begun yet.</summary>
    internal HostRun Begin(Transport transport) =>
        new(
            transport,
            (command, onLine, ask, force) =>
            {
                command = command with { LargestOutput = largestOutput?.Invoke() ?? 256L << 20 };
                return transport is SshTransport ssh
                    ? _connections.Run(ssh, command, onLine, ask, force)
                    : runner.Run(command, onLine, ask, force);
            },
            stopping
        );
}
