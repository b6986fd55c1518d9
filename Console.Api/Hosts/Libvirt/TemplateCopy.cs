using TestServers.Commands;

namespace TestServers.Hosts.Libvirt;

/// <summary>What of a template is copied.</summary>
/// <param name="Disks">Its disks by their targets, each with the bytes that it takes.</param>
internal sealed record TemplatePlan(DomainXml Template, IReadOnlyList<(string Target, Volume Volume, long Bytes)> Disks)
{
    public long Bytes => Math.Max(Disks.Sum(d => d.Bytes), 1);
}

/// <summary>
/// Makes one server as a copy of a template: its disks first, under names that have the mark in them, then the domain
/// with the mark. So whatever a kill leaves is known again.
/// </summary>
internal sealed class TemplateCopy(
    CommandRunner runner,
    HostSettings host,
    NewServer asked,
    Action<string> tell,
    CancellationToken cancel
)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2),
        // One that takes too long is ended by who looks after all.
        Beyond = TimeSpan.FromMinutes(1);
    private readonly MakingCalls _calls = new(runner, host, cancel);
    private readonly OwnNames _own = OwnNames.Of(asked.Made);
    private bool _hasBegun;

    private string Template => asked.How.Template!;

    /// <summary>Makes it.</summary>
    /// <returns>Null: it is made; else why not.</returns>
    public async Task<FailedServer?> Run()
    {
        try
        {
            await Make();
            return null;
        }
        catch (Exception e) when (e is MakingFault or IOException or UnauthorizedAccessException)
        {
            var reason = e is MakingFault ? e.Message : $"What cloud-init reads cannot be written here: {e.Message}";
            if (!_hasBegun)
                return new(reason, MayBeThere: false);
            if (cancel.IsCancellationRequested || e is MakingFault { WasHeard: false })
                return new(reason, MayBeThere: true);
            return new(reason, MayBeThere: await IsThere());
        }
        catch (OperationCanceledException)
        {
            return new("It was broken off.", _hasBegun);
        }
    }

    /// <summary>What would be copied.</summary>
    /// <exception cref="MakingFault">It cannot be.</exception>
    public static async Task<TemplatePlan> Plan(MakingCalls calls, HostSettings host, string template)
    {
        var domains = await calls.Domains();
        if (!domains.Values.Contains(template, StringComparer.Ordinal))
            throw new MakingFault(
                $"{host.Name} has no domain {template}, which `template` names. Make it, or name another one."
            );
        var state = await calls.StateOf(template);
        if (state != "shut off")
            throw new MakingFault(
                $"The template {template} on {host.Name} is {Found.Clean(state)}, and only one that is shut off can be "
                    + $"copied. Shut it down: virsh shutdown {template}."
            );
        var xml = await calls.Xml(template, isWhole: true);
        var disks = new List<(string, Volume, long)>();
        foreach (var disk in xml.Disks)
        {
            var volume =
                disk.Volume
                ?? (disk.Path is { } path ? await calls.VolumeAt(path) : null)
                ?? throw new MakingFault(
                    $"The disk {disk.Target} of the template {template}"
                        + (disk.Path is null ? "" : $", {Found.Clean(disk.Path)},")
                        + $" is in no storage pool of {host.Name} that runs. Have libvirt know its folder as a pool "
                        + "(virsh pool-define-as, pool-start; pool-refresh where it is new there)."
                );
            disks.Add((disk.Target, volume, await calls.AllocationOf(volume)));
        }
        if (disks.Count == 0)
            throw new MakingFault(
                $"The template {template} on {host.Name} has no disk of its own that could be copied."
            );
        foreach (var pool in disks.GroupBy(d => d.Item2.Pool, StringComparer.Ordinal))
        {
            var (needed, free) = (pool.Sum(d => d.Item3), await calls.FreeIn(pool.Key));
            if (needed > free)
                throw new MakingFault(
                    $"The storage pool {pool.Key} of {host.Name} has {free >> 20} MiB left, and a copy of {template} "
                        + $"takes {needed >> 20}. Delete what nobody needs there, or enlarge it."
                );
        }
        return new(xml, disks);
    }

    private async Task Make()
    {
        tell("copying");
        var plan = await Plan(_calls, host, Template);
        if ((await _calls.Domains()).Values.Contains(asked.Made.Name.Text, StringComparer.Ordinal))
            throw new MakingFault($"{host.Name} has a domain {asked.Made.Name} already, which somebody else has made.");
        using var seed = asked.UserData is { } userData
            ? await Seed.Make(runner, asked.Made, _own.Id, userData, cancel)
            : null;
        _hasBegun = true;
        var places = new Dictionary<string, VolumePlace>(StringComparer.Ordinal);
        long done = 0;
        foreach (var (target, volume, bytes) in plan.Disks)
        {
            var copy = new Volume(volume.Pool, _own.VolumeOf(target, volume.Name));
            await Copy(volume, copy, done, plan.Bytes);
            places[target] = await _calls.PlaceOf(copy);
            done += bytes;
        }
        var seedPlace = seed is null ? null : await Upload(plan.Disks[0].Volume.Pool, seed);
        tell("starting");
        await _calls.Define(
            _own.Id.ToString("d"),
            asked.Made.Name,
            plan.Template.Copy(asked.Made, _own.Id, places, seedPlace, plan.Disks.Select(d => d.Volume.Pool))
        );
        await Begin(_calls, _own.Id);
    }

    /// <summary>Starts what was copied, now and with its host.</summary>
    public static async Task Begin(MakingCalls calls, Guid id)
    {
        await calls.BeginWithHost(id.ToString("d"));
        await calls.Start(id.ToString("d"));
    }

    private async Task Copy(Volume volume, Volume copy, long done, long all)
    {
        var clone = _calls.Clone(volume, copy.Name, TimeSpan.FromMinutes(asked.How.Minutes) + Beyond);
        while (await Task.WhenAny(clone, Task.Delay(Look, CancellationToken.None)) != clone)
        {
            try
            {
                tell($"copying {Math.Min(99, (done + await _calls.AllocationOf(copy)) * 100 / all)} %");
            }
            catch (MakingFault)
            {
                // It is not listed yet, or this cannot be asked now: how far it is, is told the next time.
            }
        }
        await clone;
    }

    private async Task<VolumePlace> Upload(string pool, Seed seed)
    {
        var volume = new Volume(pool, _own.VolumeOf("seed", "seed.iso"));
        await _calls.Upload(volume, seed.File);
        return await _calls.PlaceOf(volume);
    }

    private async Task<bool> IsThere()
    {
        try
        {
            return (await MadeDomain.Delete(_calls, host, asked.Made)).What is not (Deletion.Gone or Deletion.Done);
        }
        catch (MakingFault)
        {
            return true;
        }
    }
}
