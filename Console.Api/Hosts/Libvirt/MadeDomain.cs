namespace TestServers.Hosts.Libvirt;

/// <summary>The names that what is made for one server has on its host: all follow from its mark.</summary>
/// <param name="Id">The domain's.</param>
/// <param name="Begin">How the names of its volumes begin, and no other's.</param>
internal sealed record OwnNames(Guid Id, string Begin)
{
    /// <exception cref="MakingFault">The mark is none that the console gives.</exception>
    public static OwnNames Of(MadeServer made) =>
        Guid.TryParseExact(made.Mark[(made.Mark.LastIndexOf('/') + 1)..], "n", out var id)
            ? new(id, $"{made.Name}-{id:n}-")
            : throw new MakingFault($"The mark of {made.Name} in made.json is none that the console gives.");

    /// <summary>A volume's name; it ends as the one that is copied does.</summary>
    public string VolumeOf(string target, string copied)
    {
        var end = Path.GetExtension(copied);
        return Begin + target + (end.Length is > 1 and < 10 && end[1..].All(char.IsAsciiLetterOrDigit) ? end : "");
    }
}

/// <summary>A domain that was made, with its volumes: what there is of it, and how it is deleted.</summary>
internal static class MadeDomain
{
    /// <returns>What is called as it is, or else has its id, and in which state of libvirt; null: nothing
    /// does.</returns>
    public static async Task<(SeenServer Server, string State)?> Look(
        MakingCalls calls,
        HostSettings host,
        MadeServer made
    )
    {
        var domains = await calls.Domains();
        var id = domains.FirstOrDefault(d => d.Value == made.Name.Text).Key ?? made.Id;
        if (id is null || !domains.TryGetValue(id, out var name))
            return null;
        var (mark, state) = ((await calls.Xml(id)).Mark, await calls.StateOf(id));
        var howFar = $"{host.Name} has it in the state {Found.Clean(state)}.";
        var seen = new SeenServer(id, mark, IsUp: state is "running" or "idle", howFar, null);
        return (name == made.Name.Text ? seen : seen with { OtherName = name }, state);
    }

    /// <summary>
    /// Deletes it: the domain last, as it is what says where its volumes are. What does not carry the mark stays, and
    /// so does what another domain has as a disk.
    /// </summary>
    public static async Task<DeletedServer> Delete(MakingCalls calls, HostSettings host, MadeServer made)
    {
        var own = OwnNames.Of(made);
        var id = own.Id.ToString("d");
        var xml = (await calls.Domains()).TryGetValue(id, out var name) ? await calls.Xml(id) : null;
        if (xml is not null && (name != made.Name.Text || xml.Mark != made.Mark))
            return new(
                Deletion.NotOurs,
                $"The domain {name} of {host.Name} does not have the name and the mark that the console gave it "
                    + "(`urn:test-server-console:made` in its metadata). It is not deleted, and the console takes it "
                    + "for one that somebody else has made."
            );
        var volumes = await VolumesOf(calls, own, xml?.Pools is { Count: > 0 } pools ? pools : await calls.Pools());
        if (volumes.Count > 0 && await UserOf(calls, xml is null ? null : made, volumes) is var (path, other))
            return new(
                Deletion.NotOurs,
                $"{path} was made for {made.Name}, and the domain {other} of {host.Name} has it as a disk. Nothing of "
                    + $"{made.Name} is deleted, and the console takes it for one that somebody else has made."
            );
        if (volumes.Count > 0 && await OverlayOf(calls, volumes) is var (below, overlay))
            return new(
                Deletion.NotOurs,
                $"{below} was made for {made.Name}, and {overlay} has only what differs from it (its backing file). "
                    + $"Nothing of {made.Name} is deleted, and the console takes it for one that somebody else has "
                    + "made."
            );
        if (xml is not null && await calls.StateOf(id) != "shut off")
            await calls.Stop(id);
        foreach (var (volume, _) in volumes)
            await calls.Delete(volume);
        if (xml is not null)
            await calls.Undefine(id, xml.HasNvram);
        return new(xml is null && volumes.Count == 0 ? Deletion.Gone : Deletion.Done, null);
    }

    private static async Task<IReadOnlyList<(Volume Volume, string Path)>> VolumesOf(
        MakingCalls calls,
        OwnNames own,
        IEnumerable<string> pools
    )
    {
        var found = new List<(Volume, string)>();
        foreach (var pool in pools)
            found.AddRange(await calls.Volumes(pool, own.Begin));
        return found;
    }

    /// <param name="made">The domain that may have them; null: none may.</param>
    private static async Task<(string Path, string Domain)?> UserOf(
        MakingCalls calls,
        MadeServer? made,
        IReadOnlyList<(Volume Volume, string Path)> volumes
    )
    {
        var others = await calls.DisksOfOthers(made?.Name.Text);
        foreach (var (_, path) in volumes)
        {
            if (others.TryGetValue(path, out var domain))
                return (path, domain);
        }
        return null;
    }

    /// <summary>
    /// What lies over one of the volumes, of those that libvirt knows in the same pools: of a domain that is shut off
    /// it does not say what its disks lie over.
    /// </summary>
    private static async Task<(string Path, string Overlay)?> OverlayOf(
        MakingCalls calls,
        IReadOnlyList<(Volume Volume, string Path)> volumes
    )
    {
        var own = volumes.Select(v => v.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var pool in volumes.Select(v => v.Volume.Pool).Distinct(StringComparer.Ordinal))
        {
            foreach (var path in (await calls.PathsIn(pool)).Except(own))
            {
                if (await calls.BackingOf(path) is { } below && own.Contains(below))
                    return (below, path);
            }
        }
        return null;
    }
}
