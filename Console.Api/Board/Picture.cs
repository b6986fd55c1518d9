using System.Buffers;
using System.Collections.Immutable;
using TestServers.Http;

namespace TestServers.Board;

/// <summary>A picture of all servers, ready to be sent.</summary>
public sealed class Picture
{
    // One write is quicker than several, and a larger one is joined for long.
    private const int Small = 64 << 10;

    private readonly Lazy<IReadOnlyList<ReadOnlyMemory<byte>>> _body;

    public Picture(ImmutableArray<ShownHost> hosts)
    {
        Hosts = hosts;
        var digests = new ArrayBufferWriter<byte>();
        foreach (var host in hosts)
            digests.Write(host.Digest);
        Tag = Cacheable.TagOf(digests.WrittenSpan);
        _body = new(Join);
    }

    public ImmutableArray<ShownHost> Hosts { get; }

    /// <summary>
    /// Its ETag. While a host answers, the time of its last answer alone does not change it: then who has the tag has
    /// the truth.
    /// </summary>
    public string Tag { get; }

    /// <summary>
    /// The list as JSON, in parts if it is long: those in which nothing has changed are those of the picture before.
    /// They are joined when somebody asks for them, and once.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Body => _body.Value;

    /// <summary>One server as JSON, with its ETag; null: it is not here.</summary>
    public (ReadOnlyMemory<byte> Body, string Tag)? Find(ServerName server)
    {
        foreach (var host in Hosts)
        {
            if (host.Find(server) is not { } shown)
                continue;
            var body = new ArrayBufferWriter<byte>(shown.Length + host.AsOf.Length);
            shown.WriteTo(body, host.AsOf.Span);
            return (body.WrittenMemory, Cacheable.TagOf(shown.Digest));
        }
        return null;
    }

    private IReadOnlyList<ReadOnlyMemory<byte>> Join()
    {
        var groups = Hosts.SelectMany(h => h.Groups).Select(g => g.Body).ToList();
        if (groups.Count > 0)
            groups[0] = WithoutComma(groups[0]);
        IReadOnlyList<ReadOnlyMemory<byte>> parts = ["{\"servers\":["u8.ToArray(), .. groups, JoinHosts()];
        var length = parts.Sum(p => p.Length);
        if (length > Small)
            return parts;
        var body = new ArrayBufferWriter<byte>(length);
        foreach (var part in parts)
            body.Write(part.Span);
        return [body.WrittenMemory];
    }

    private ReadOnlyMemory<byte> JoinHosts()
    {
        var hosts = new ArrayBufferWriter<byte>();
        foreach (var host in Hosts)
        {
            hosts.Write(","u8);
            host.Host.WriteTo(hosts, host.AsOf.Span);
        }
        var joined = WithoutComma(hosts.WrittenMemory);
        return (byte[])[.. "],\"hosts\":["u8, .. joined.Span, .. "]}"u8];
    }

    private static ReadOnlyMemory<byte> WithoutComma(ReadOnlyMemory<byte> list) => list.IsEmpty ? list : list[1..];
}
