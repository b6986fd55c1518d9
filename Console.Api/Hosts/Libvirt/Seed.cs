using System.Text;
using TestServers.Commands;

namespace TestServers.Hosts.Libvirt;

/// <summary>
/// What cloud-init reads at the first start of a copy, as the file system of a CD (its source NoCloud), in a folder for
/// as long as it is copied to the host.
/// </summary>
internal sealed class Seed : IDisposable
{
    private const string Missing =
        "xorrisofs is not installed here (Debian and RHEL: xorriso), and it makes what "
        + "cloud-init reads. Install it, or leave out `userData`.";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly ScratchFolder _folder = new();

    private Seed() { }

    public FileInfo File => new(_folder["seed.iso"]);

    /// <exception cref="MakingFault">It could not be made.</exception>
    public static async Task<Seed> Make(
        CommandRunner runner,
        MadeServer made,
        Guid id,
        byte[] userData,
        CancellationToken cancel
    )
    {
        var seed = new Seed();
        try
        {
            await seed.Write(runner, made, id, userData, cancel);
            return seed;
        }
        catch
        {
            seed.Dispose();
            throw;
        }
    }

    /// <summary>Why none can be made here, as a sentence; null: it can.</summary>
    public static async Task<string?> WhyNot(CommandRunner runner, CancellationToken cancel) =>
        (await runner.Run(new("xorrisofs", ["-version"], Limit), _ => { }, cancel)).Succeeded ? null : Missing;

    public void Dispose() => _folder.Dispose();

    private async Task Write(CommandRunner runner, MadeServer made, Guid id, byte[] userData, CancellationToken cancel)
    {
        await _folder.Write("user-data", userData, cancel);
        await _folder.Write(
            "meta-data",
            Encoding.UTF8.GetBytes($"instance-id: {id:d}\nlocal-hostname: {made.Name}\n"),
            cancel
        );
        var end = await runner.Run(
            new(
                "xorrisofs",
                [
                    "-quiet",
                    "-output",
                    File.FullName,
                    "-volid",
                    "cidata",
                    "-joliet",
                    "-rock",
                    _folder["user-data"],
                    _folder["meta-data"],
                ],
                Limit
            ),
            _ => { },
            cancel
        );
        if (!end.Succeeded)
            throw new MakingFault(
                end is { Outcome: CommandOutcome.Exited, ExitCode: 127 } or { Outcome: CommandOutcome.NotStarted }
                    ? Missing
                    : $"xorrisofs does not make what cloud-init reads: {Found.Clean(end.Errors)}"
            );
    }
}
