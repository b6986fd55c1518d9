using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>
/// Has a copy dropped by its host, and writes so into the audit: before, so that none goes that the audit does not know
/// of; and what came of it when the host could not do it.
/// </summary>
public sealed class CopyDrop(Journal journal, Audit audit)
{
    /// <summary>Drops a copy.</summary>
    /// <param name="since">When given, only while that instant stands at the copy.</param>
    /// <exception cref="DiskRefused">The audit could not be written; nothing was dropped.</exception>
    public async Task<HostResult> Run(Copy copy, Caller caller, DateTimeOffset? since, CancellationToken cancel)
    {
        await Write(copy, caller, "drop copy", Say(copy));
        var end = await copy.Host.Drop(copy.Found.Base, copy.Server, since, cancel);
        if (!end.Done)
            await Write(copy, caller, "drop copy failed", end.Message);
        return end;
    }

    /// <summary>What goes: the copy of shop for qa05 on db1, 15 MB, with data of a time.</summary>
    public static string Say(Copy copy)
    {
        var size = copy.Found.Size is { } bytes ? $", {Sizes.Say(bytes)}" : "";
        var data = copy.Found.DataTime is { } time ? $", with data of {Times.Say(time)}" : "";
        return $"the copy of {copy.Found.Base} for {copy.Server} on {copy.Host.Settings.Name}{size}{data}";
    }

    private Task Write(Copy copy, Caller caller, string what, string more) =>
        journal.Do(act => audit.Write(act, caller, what, copy.Name.Text, more));
}
