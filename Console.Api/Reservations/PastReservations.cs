using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>
/// Who has had each server, until when, and how it ended; a file a server, written in the act that ends a reservation.
/// </summary>
public sealed class PastReservations : IRetained
{
    private readonly ConcurrentDictionary<ServerName, JsonFile<ServerReservations>> _files = new();
    private readonly string _folder;
    private readonly Func<int> _kept;

    /// <param name="kept">How many a server keeps.</param>
    /// <exception cref="UnreadableFile">A file cannot be read.</exception>
    public PastReservations(string folder, Func<int> kept)
    {
        (_folder, _kept) = (folder, kept);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*.json"))
        {
            var file = JsonFile<ServerReservations>.Load(path);
            var server = file.Value.Server;
            StateFiles.MustBeNamed(path, server + ".json", $"the past reservations of {server}");
            _files[server] = file;
        }
    }

    // By age it is looked at every hour, and by number whenever one is added.
    event Action? IRetained.Grown
    {
        add { }
        remove { }
    }

    /// <summary>The reservations of a server that have ended, newest first.</summary>
    public ImmutableArray<PastReservation> Of(ServerName server) =>
        _files.TryGetValue(server, out var file) ? file.Value.Ended : [];

    /// <summary>The highest number that one has, with its file; null: there are none.</summary>
    public (long Number, string Path)? Last()
    {
        var last = _files.Values.SelectMany(f => f.Value.Ended).MaxBy(e => e.Held.Number)?.Held;
        return last is null ? null : (last.Number, PathOf(last.Server));
    }

    /// <summary>Removes those that ended before <paramref name="time"/>.</summary>
    public void RemoveOld(int kept, DateTimeOffset time)
    {
        foreach (var file in _files.Values)
        {
            if (file.Value.Ended.Any(e => e.EndedAt < time))
                file.Change(all => all with { Ended = [.. all.Ended.Where(e => e.EndedAt >= time)] });
        }
    }

    /// <summary>Whether a server's file has none any more.</summary>
    public bool HasEmpty => _files.Values.Any(f => f.Value.Ended.IsEmpty);

    /// <summary>Removes the files of servers that have none any more, as a part of an act: nobody adds one
    /// meanwhile.</summary>
    public void RemoveEmpty(Act act) =>
        act.Publish(() =>
        {
            foreach (var (server, _) in _files.Where(f => f.Value.Value.Ended.IsEmpty).ToList())
            {
                if (JsonFile<ServerReservations>.TryRemove(PathOf(server)))
                    _files.TryRemove(server, out _);
            }
        });

    /// <summary>Adds one; one of the same number is replaced.</summary>
    internal void Add(Act act, PastReservation past)
    {
        var server = past.Held.Server;
        ServerReservations With(ServerReservations all) =>
            all with
            {
                Ended = [past, .. all.Ended.Where(e => e.Held.Number != past.Held.Number).Take(_kept() - 1)],
            };
        if (_files.TryGetValue(server, out var known))
        {
            act.Change(known, With);
            return;
        }
        var file = act.Create(PathOf(server), With(ServerReservations.Empty(server)));
        act.Publish(() => _files[server] = file);
    }

    /// <summary>Takes one out again, as it has not ended after all.</summary>
    internal void Remove(Act act, PastReservation past) =>
        act.Change(
            _files[past.Held.Server],
            all => all with { Ended = [.. all.Ended.Where(e => e.Held.Number != past.Held.Number)] }
        );

    private string PathOf(ServerName server) => Path.Combine(_folder, server + ".json");
}
