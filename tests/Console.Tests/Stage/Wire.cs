using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>
/// A fact about a wire; where this machine does not let its user make network namespaces, it is skipped and says so.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WireFactAttribute : FactAttribute
{
    public WireFactAttribute() => Skip = Wire.WhyNot.Value;
}

/// <summary>
/// Two network namespaces of the test's own with a wire between them that can be cut. Root makes them directly, another
/// user in a user namespace.
/// </summary>
internal sealed class Wire : IAsyncDisposable
{
    public const string ThereAddress = "10.71.9.1",
        HereAddress = "10.71.9.2";

    private static readonly bool IsRoot = Environment.IsPrivilegedProcess;
    private static readonly string[] NewUser = IsRoot ? [] : ["--user", "--map-root-user"],
        SameUser = IsRoot ? [] : ["--user", "--preserve-credentials"];
    private readonly List<Process> _holders = [];

    /// <summary>Why this machine has no wires; null: it has. Tried, as no setting tells.</summary>
    public static Lazy<string?> WhyNot { get; } =
        new(() =>
        {
            try
            {
                string[] link = [.. NewUser, "--net", "--", .. "ip link add here type veth peer name there".Split(' ')];
                return LocalTools.WhyNot("unshare", link) is { } said
                    ? $"This machine lets {Environment.UserName} make no network namespaces: {said}"
                    : null;
            }
            catch (System.ComponentModel.Win32Exception e)
            {
                return $"Network namespaces need unshare and ip: {e.Message}";
            }
        });

    /// <summary>Begins the command of a program that is to run on this side.</summary>
    public string[] Here => Enter(_holders[0], asRoot: false);

    /// <summary>Begins the command of a program that is to run on the other side.</summary>
    public string[] There => Enter(_holders[1], asRoot: false);

    public static async Task<Wire> Lay()
    {
        var wire = new Wire();
        await wire.Hold("unshare", [.. NewUser, "--net", "--", "sleep", "infinity"]);
        await wire.Hold(
            "nsenter",
            [.. Enter(wire._holders[0], asRoot: true)[1..], "unshare", "--net", "--", "sleep", "infinity"]
        );
        var (here, there) = (wire._holders[0], wire._holders[1]);
        await Ip(here, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", $"{there.Id}");
        await Ip(here, "address", "add", "10.71.9.100/24", "dev", "wire");
        await Ip(here, "address", "add", $"{HereAddress}/32", "dev", "lo");
        await Ip(there, "address", "add", $"{ThereAddress}/24", "dev", "wire");
        foreach (var side in new[] { here, there })
        {
            await Ip(side, "link", "set", "lo", "up");
            await Ip(side, "link", "set", "wire", "up");
        }
        return wire;
    }

    public Task Cut() => Ip(_holders[1], "link", "set", "wire", "down");

    public Task Mend() => Ip(_holders[1], "link", "set", "wire", "up");

    public async ValueTask DisposeAsync()
    {
        foreach (var holder in _holders)
        {
            holder.Kill();
            await holder.HasEnded();
            holder.Dispose();
        }
    }

    private async Task Hold(string program, string[] arguments)
    {
        var holder = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
        _holders.Add(holder);
        await Wait.Until("the namespace is there", () => LabHost.Read($"/proc/{holder.Id}/comm").Trim() == "sleep");
    }

    private static Task<string> Ip(Process side, params string[] arguments) =>
        LabHost.Run("nsenter", [.. Enter(side, asRoot: true)[1..], "ip", .. arguments]);

    // Programs run as themselves: sshd takes another way when it believes to be root.
    private static string[] Enter(Process side, bool asRoot) =>
        [
            "nsenter",
            "--target",
            $"{side.Id}",
            .. SameUser,
            "--net",
            "--",
            .. asRoot || IsRoot
                ? Array.Empty<string>()
                : ["unshare", "--user", $"--map-user={Numbers.User}", $"--map-group={Numbers.Group}", "--"],
        ];

    private static class Numbers
    {
        public static readonly string User = Of("Uid:"),
            Group = Of("Gid:");

        private static string Of(string key) =>
            File.ReadLines("/proc/self/status").First(l => l.StartsWith(key, StringComparison.Ordinal)).Split('\t')[1];
    }
}
