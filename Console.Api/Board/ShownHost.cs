using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace TestServers.Board;

/// <summary>A host with its servers, as they are shown.</summary>
public sealed class ShownHost
{
    private readonly FrozenDictionary<ServerName, int> _places;
    private readonly byte[] _digest;

    private ShownHost(
        HostState state,
        Shown<HostView> host,
        ImmutableArray<Shown<ServerView>> servers,
        ImmutableArray<ShownGroup> before,
        FrozenDictionary<ServerName, int> places
    )
    {
        (State, Host, Servers, _places) = (state, host, servers, places);
        AsOf = ServerListJson.BytesOf(state.AsOf);
        Groups = GroupsOf(servers, AsOf, before);
        _digest = DigestOf(host, Groups);
    }

    /// <summary>What the host has said.</summary>
    public HostState State { get; }

    public Shown<HostView> Host { get; }

    /// <summary>Its servers, each at its place in <see cref="State"/>.</summary>
    public ImmutableArray<Shown<ServerView>> Servers { get; }

    /// <summary>The same servers, as they are sent.</summary>
    public ImmutableArray<ShownGroup> Groups { get; }

    /// <summary>Of all that is shown, but the time of an answer.</summary>
    public ReadOnlySpan<byte> Digest => _digest;

    /// <summary>When it has answered last, as JSON.</summary>
    public ReadOnlyMemory<byte> AsOf { get; }

    public static ShownHost Of(HostState state, Shown<HostView> host, ImmutableArray<Shown<ServerView>> servers) =>
        new(state, host, servers, [], servers.Index().ToFrozenDictionary(s => s.Item.View.Name, s => s.Index));

    /// <summary>The same servers, some of which may be shown in another way.</summary>
    public ShownHost With(HostState now, Shown<HostView> host, ImmutableArray<Shown<ServerView>> servers) =>
        new(now, host, servers, Groups, _places);

    /// <summary>One of its servers; null: it has none of this name.</summary>
    public Shown<ServerView>? Find(ServerName server) =>
        _places.TryGetValue(server, out var place) ? Servers[place] : null;

    /// <summary>The place of the first of its servers whose name comes after this one.</summary>
    public int PlaceAfter(ServerName server)
    {
        var (from, to) = (0, Servers.Length);
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            if (string.CompareOrdinal(Servers[middle].View.Name.Text, server.Text) <= 0)
                from = middle + 1;
            else
                to = middle;
        }
        return from;
    }

    /// <summary>The places of those of these servers that it has.</summary>
    public IEnumerable<int> PlacesOf(IEnumerable<ServerName> servers)
    {
        foreach (var server in servers)
        {
            if (_places.TryGetValue(server, out var place))
                yield return place;
        }
    }

    private static ImmutableArray<ShownGroup> GroupsOf(
        ImmutableArray<Shown<ServerView>> servers,
        ReadOnlyMemory<byte> asOf,
        ImmutableArray<ShownGroup> before
    )
    {
        var groups = ImmutableArray.CreateBuilder<ShownGroup>();
        for (var begin = 0; begin < servers.Length; begin += ShownGroup.Most)
        {
            var these = servers.AsSpan(begin, Math.Min(ShownGroup.Most, servers.Length - begin));
            var known = groups.Count < before.Length ? before[groups.Count] : null;
            groups.Add(known?.Shows(these) == true ? known.At(asOf) : new(these, asOf));
        }
        return groups.ToImmutable();
    }

    private static byte[] DigestOf(Shown<HostView> host, ImmutableArray<ShownGroup> groups)
    {
        var digests = new ArrayBufferWriter<byte>((groups.Length + 1) * SHA256.HashSizeInBytes);
        digests.Write(host.Digest);
        foreach (var group in groups)
            digests.Write(group.Digest);
        return SHA256.HashData(digests.WrittenSpan);
    }
}
