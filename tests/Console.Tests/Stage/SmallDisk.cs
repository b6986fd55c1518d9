using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>
/// A fact about a small disk; where this machine does not let its user mount one, it is skipped and says so.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.WhyNot.Value;
}

/// <summary>The same for several kinds.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskTheoryAttribute : TheoryAttribute
{
    public SmallDiskTheoryAttribute() => Skip = SmallDisk.WhyNot.Value;
}

/// <summary>
/// A disk of few megabytes over a folder, seen by those only that are started within: a tmpfs in a mount namespace of
/// the test's own. Root makes one directly, another user in a user namespace.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private static readonly bool IsRoot = Environment.IsPrivilegedProcess;
    private static readonly string[] New = IsRoot
        ? ["--mount"]
        : ["--user", "--map-current-user", "--keep-caps", "--mount"];
    private const string Mount = "mount -t tmpfs -o \"size=$2,mode=777\" small \"$1\"";
    private readonly LabFixture _lab;
    private readonly string _folder;
    private readonly Process _holder;

    private SmallDisk(LabFixture lab, string folder, Process holder) =>
        (_lab, _folder, _holder) = (lab, folder, holder);

    /// <summary>Why this machine has none; null: it has. Tried, as no setting tells.</summary>
    public static Lazy<string?> WhyNot { get; } =
        new(() =>
        {
            using var folder = new TemporaryFolder();
            return LocalTools.WhyNot("unshare", [.. New, "bash", "-c", Mount, "-", folder.Path, "1m"]) is { } said
                ? $"This machine lets {Environment.UserName} mount no small disk: {said}"
                : null;
        });

    /// <summary>Begins the command of a program that has a disk of its own over a folder.</summary>
    public static string[] With(string folder, string size) =>
        ["unshare", .. New, "bash", "-c", $"{Mount} && exec \"${{@:3}}\"", "-", folder, size];

    /// <summary>Begins the command of a program that sees the disk.</summary>
    public string[] Within =>
        [
            "nsenter",
            "--target",
            $"{_holder.Id}",
            .. IsRoot ? Array.Empty<string>() : ["--user", "--preserve-credentials"],
            "--mount",
            "--",
        ];

    public static async Task<SmallDisk> Over(LabFixture lab, string folder, string size)
    {
        var holder = Process.Start(
            new ProcessStartInfo(
                "unshare",
                [.. New, "bash", "-c", $"{Mount} && exec sleep infinity", "-", folder, size]
            )
            {
                UseShellExecute = false,
            }
        )!;
        await Wait.Until(
            "the small disk is there",
            () =>
                holder.HasExited
                    ? throw new InvalidOperationException("It could not be mounted.")
                    : LabHost.Read($"/proc/{holder.Id}/comm").Trim() == "sleep"
        );
        return new(lab, folder, holder);
    }

    /// <summary>Leaves so many kilobytes free.</summary>
    public Task Fill(int leave) =>
        Run("cat /dev/zero >\"$1/filling\" 2>/dev/null; truncate -s \"-${2}K\" \"$1/filling\"", $"{leave}");

    /// <summary>Gives all of it back.</summary>
    public Task Empty() => Run("rm -f -- \"$1/filling\"");

    public async ValueTask DisposeAsync()
    {
        _holder.Kill();
        await _holder.HasEnded();
        _holder.Dispose();
    }

    private async Task Run(string script, params string[] arguments)
    {
        using var process = _lab.StartWithin(Within, ["bash", "-c", script, "-", _folder, .. arguments]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(process.ExitCode == 0, await process.StandardError.ReadToEndAsync());
    }
}
