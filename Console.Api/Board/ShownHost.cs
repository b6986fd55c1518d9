using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using TestServers.Hosts;

namespace TestServers.Board;

/// <summary>A host with its servers, as they are shown.</summary>
public sealed class ShownHost
{
    private readonly byte[] _digest;
    private readonly FrozenDictionary<ServerName, int> _places;

    private ShownHost(
        HostState state,
        Shown<HostView> host,
        ImmutableArray<Shown<ServerView>> servers,
        byte[] digest,
        FrozenDictionary<ServerName, int> places
    )
    {
        (State, Host, Servers, _digest, _places) = (state, host, servers, digest, places);
        AsOf = ServerListJson.BytesOf(state.AsOf);
    }

    /// <summary>What the host has said.</summary>
    public HostState State { get; }

    public Shown<HostView> Host { get; }

    /// <summary>Its servers, each at its place in <see cref="State"/>.</summary>
    public ImmutableArray<Shown<ServerView>> Servers { get; }

    /// <summary>Of all that is shown, but the time of an answer.</summary>
    public ReadOnlySpan<byte> Digest => _digest;

    /// <summary>When it has answered last, as JSON.</summary>
    public ReadOnlyMemory<byte> AsOf { get; }

    public static ShownHost Of(HostState state, Shown<HostView> host, ImmutableArray<Shown<ServerView>> servers) =>
        new(
            state,
            host,
            servers,
            DigestOf(host, servers),
            servers.Index().ToFrozenDictionary(s => s.Item.View.Name, s => s.Index)
        );

    /// <summary>The same servers, some of which are shown in another way.</summary>
    public ShownHost With(HostState now, Shown<HostView> host, ImmutableArray<Shown<ServerView>> servers) =>
        new(now, host, servers, DigestOf(host, servers), _places);

    /// <summary>The same after another answer that says nothing else.</summary>
    public ShownHost At(HostState now) =>
        ReferenceEquals(now, State) ? this : new(now, Host, Servers, _digest, _places);

    /// <summary>One of its servers; null: it has none of this name.</summary>
    public Shown<ServerView>? Find(ServerName server) =>
        _places.TryGetValue(server, out var place) ? Servers[place] : null;

    /// <summary>The places of those of these servers that it has.</summary>
    public IEnumerable<int> PlacesOf(IEnumerable<ServerName> servers)
    {
        foreach (var server in servers)
        {
            if (_places.TryGetValue(server, out var place))
                yield return place;
        }
    }

    private static byte[] DigestOf(Shown<HostView> host, ImmutableArray<Shown<ServerView>> servers)
    {
        var digests = new byte[(servers.Length + 1) * SHA256.HashSizeInBytes];
        host.Digest.CopyTo(digests);
        for (var i = 0; i < servers.Length; i++)
            servers[i].Digest.CopyTo(digests.AsSpan((i + 1) * SHA256.HashSizeInBytes));
        return SHA256.HashData(digests);
    }
}
