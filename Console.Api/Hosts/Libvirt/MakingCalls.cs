using System.Globalization;
using TestServers.Commands;

namespace TestServers.Hosts.Libvirt;

/// <summary>What libvirt did not do, as a sentence that says why.</summary>
/// <param name="wasHeard">Whether it has said so: else nobody knows whether it does it after all.</param>
internal sealed class MakingFault(string sentence, bool wasHeard = true) : Exception(sentence)
{
    public bool WasHeard => wasHeard;
}

/// <summary>A volume of a storage pool.</summary>
internal sealed record Volume(string Pool, string Name);

/// <summary>
/// Calls of virsh by the connection that makes and deletes servers, and by no other; its answers.
/// </summary>
internal sealed class MakingCalls(CommandRunner runner, HostSettings host, CancellationToken cancel)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20),
        // A file of many gigabytes.
        DeleteLimit = TimeSpan.FromMinutes(1);

    // As people know them.
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    private string Uri =>
        host.MakeUri ?? throw new MakingFault("The settings of the host have no `makeUri` any more. Name one.");

    /// <summary>Every domain by its id.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Domains()
    {
        var lines = await Ask("list its domains", ["list", "--all", "--uuid", "--name"]);
        var domains = lines
            .Select(l => l.Trim().Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries))
            .Where(w => w.Length == 2)
            .ToDictionary(w => w[0], w => w[1].Trim(), StringComparer.Ordinal);
        foreach (var (id, name) in domains)
            _names[id] = name;
        return domains;
    }

    public async Task<string> StateOf(string domain) =>
        string.Concat(await Ask($"say how {NameOf(domain)} is", ["domstate", "--domain", domain])).Trim();

    /// <param name="isWhole">Whether with the passwords of its consoles, as for a copy.</param>
    public async Task<DomainXml> Xml(string domain, bool isWhole = false)
    {
        string[] words = ["dumpxml", "--inactive", "--domain", domain];
        return DomainXml.Parse(
            string.Join(
                '\n',
                await Ask($"say what {NameOf(domain)} is", isWhole ? [.. words, "--security-info"] : words)
            )
        );
    }

    /// <summary>The files that other domains than one have as disks, each with the domain.</summary>
    /// <param name="name">Null: all of them.</param>
    public async Task<IReadOnlyDictionary<string, string>> DisksOfOthers(string? name)
    {
        var (found, domain) = (new Dictionary<string, string>(StringComparer.Ordinal), "");
        foreach (var line in await Ask("say which disks are in use", ["domstats", "--block", "--backing"]))
        {
            var text = line.Trim();
            if (text.StartsWith("Domain: '", StringComparison.Ordinal))
                domain = text["Domain: '".Length..^1];
            else if (
                domain != name
                && text.StartsWith("block.", StringComparison.Ordinal)
                && text.IndexOf(".path=", StringComparison.Ordinal) is > 0 and var at
            )
                found[text[(at + ".path=".Length)..]] = domain;
        }
        return found;
    }

    /// <summary>The volume that a file or a device is; null: it is in no pool that runs.</summary>
    public async Task<Volume?> VolumeAt(string path)
    {
        try
        {
            var pool = (await Ask("", ["vol-pool", "--vol", path])).FirstOrDefault(l => l.Length > 0);
            var name = (await Ask("", ["vol-name", "--vol", path])).FirstOrDefault(l => l.Length > 0);
            return pool is null || name is null ? null : new(pool.Trim(), name.Trim());
        }
        catch (MakingFault fault) when (IsMissing(fault))
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<string>> Pools() =>
        [
            .. (await Ask("list its storage pools", ["pool-list", "--name"]))
                .Select(l => l.Trim())
                .Where(l => l.Length > 0),
        ];

    /// <summary>The volumes of a pool whose names begin so, each with its path.</summary>
    public async Task<IReadOnlyList<(Volume Volume, string Path)>> Volumes(string pool, string begin) =>
        [
            .. (await Ask($"list the volumes of the pool {pool}", ["vol-list", "--pool", pool]))
                .Select(l => l.Trim())
                .Where(l => l.StartsWith(begin, StringComparison.Ordinal))
                .Select(l => l.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries))
                .Select(w => (new Volume(pool, w[0]), w.ElementAtOrDefault(1)?.Trim() ?? "")),
        ];

    /// <summary>Every file or device that a pool has as a volume.</summary>
    public async Task<IReadOnlyList<string>> PathsIn(string pool) =>
        [
            .. (await Ask($"list the volumes of the pool {pool}", ["vol-list", "--pool", pool]))
                .Select(l => (Line: l.TrimEnd(), At: l.IndexOf(" /", StringComparison.Ordinal)))
                .Where(l => l.At > 0)
                .Select(l => l.Line[(l.At + 1)..]),
        ];

    /// <summary>
    /// What a volume lies over, as an overlay does; null: over nothing, or libvirt cannot say, as it has gone, or is of
    /// a device that is off.
    /// </summary>
    public async Task<string?> BackingOf(string path)
    {
        try
        {
            var xml = string.Join('\n', await Ask($"say what {path} is", ["vol-dumpxml", "--vol", path]));
            return DomainXml.Read(xml).Element("backingStore")?.Element("path")?.Value;
        }
        catch (MakingFault fault) when (fault.WasHeard)
        {
            return null;
        }
    }

    /// <summary>How many bytes a volume takes.</summary>
    public async Task<long> AllocationOf(Volume volume) =>
        NumberIn(await Ask($"say how large {volume.Name} is", ["vol-info", "--bytes", .. Of(volume)]), "Allocation:");

    /// <summary>How many bytes a pool has left.</summary>
    public async Task<long> FreeIn(string pool) =>
        NumberIn(
            await Ask($"say how much the pool {pool} has left", ["pool-info", "--bytes", "--pool", pool]),
            "Available:"
        );

    public Task Clone(Volume volume, string name, TimeSpan limit) =>
        Ask($"copy {volume.Name}", ["vol-clone", .. Of(volume), "--newname", name], limit);

    /// <summary>Makes a volume of a file.</summary>
    public async Task Upload(Volume volume, FileInfo file)
    {
        var size = file.Length.ToString(CultureInfo.InvariantCulture);
        await Ask(
            $"make the volume {volume.Name}",
            ["vol-create-as", "--pool", volume.Pool, "--name", volume.Name, "--capacity", size, "--format", "raw"]
        );
        await Ask($"fill the volume {volume.Name}", ["vol-upload", .. Of(volume), "--file", file.FullName]);
    }

    /// <summary>What a domain names a volume by.</summary>
    public async Task<VolumePlace> PlaceOf(Volume volume) =>
        VolumePlace.Of(
            string.Join('\n', await Ask($"say where {volume.Name} is", ["vol-dumpxml", .. Of(volume)])),
            volume
        );

    public Task Define(string id, ServerName name, string xml)
    {
        _names[id] = name.Text;
        return Ask("take the new domain", ["define", "/dev/stdin"], input: xml);
    }

    public Task BeginWithHost(string domain) =>
        Ask($"start {NameOf(domain)} with its host", ["autostart", "--domain", domain]);

    public Task Start(string domain) => Ask($"start {NameOf(domain)}", ["start", "--domain", domain]);

    public Task Stop(string domain) => Ask($"stop {NameOf(domain)}", ["destroy", "--domain", domain]);

    public Task Delete(Volume volume) => Ask($"delete {volume.Name}", ["vol-delete", .. Of(volume)], DeleteLimit);

    public Task Undefine(string domain, bool hasNvram)
    {
        string[] words =
        [
            "undefine",
            "--domain",
            domain,
            "--managed-save",
            "--snapshots-metadata",
            "--checkpoints-metadata",
        ];
        return Ask($"delete {NameOf(domain)}", hasNvram ? [.. words, "--nvram"] : words);
    }

    private string NameOf(string domain) => _names.GetValueOrDefault(domain, domain);

    private static bool IsMissing(MakingFault fault) =>
        fault.WasHeard && fault.Message.Contains("not found", StringComparison.Ordinal);

    private static string[] Of(Volume volume) => ["--pool", volume.Pool, "--vol", volume.Name];

    private static long NumberIn(IEnumerable<string> lines, string head) =>
        lines.FirstOrDefault(l => l.StartsWith(head, StringComparison.Ordinal)) is { } line
        && long.TryParse(
            line[head.Length..].Trim().Split(' ')[0],
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var bytes
        )
            ? bytes
            : throw new MakingFault($"virsh does not say a number of bytes behind {head.TrimEnd(':')}.");

    private async Task<IReadOnlyList<string>> Ask(
        string what,
        string[] words,
        TimeSpan? limit = null,
        string? input = null
    )
    {
        var lines = new List<string>();
        var command = new Command("virsh", ["--quiet", "--connect", Uri, .. words], limit ?? Limit)
        {
            Environment = Virsh.Locale,
            Input = input,
            LargestOutput = Virsh.LargestList,
        };
        var end = await runner.Run(command, lines.Add, cancel);
        if (end.Succeeded)
            return lines;
        var reason =
            end.Outcome == CommandOutcome.Cancelled ? "it was broken off." : Virsh.ReasonOf(host, end, command.Limit);
        throw new MakingFault(
            $"{host.Name} does not {what}: {reason}",
            wasHeard: end.Outcome is CommandOutcome.Exited or CommandOutcome.NotStarted
        );
    }
}
