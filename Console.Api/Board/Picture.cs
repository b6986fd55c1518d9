using System.Buffers;
using System.Collections.Immutable;
using TestServers.Http;

namespace TestServers.Board;

/// <summary>A picture of all servers, ready to be sent.</summary>
public sealed class Picture
{
    private readonly Lazy<ReadOnlyMemory<byte>> _body;

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

    /// <summary>The list as JSON. It is joined when somebody asks for it, and once.</summary>
    public ReadOnlyMemory<byte> Body => _body.Value;

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

    private ReadOnlyMemory<byte> Join()
    {
        var body = new ArrayBufferWriter<byte>(
            Hosts.Sum(h => h.Host.Length + h.AsOf.Length + h.Servers.Sum(s => s.Length + h.AsOf.Length + 2)) + 100
        );
        var isFirst = true;
        void Put<T>(Shown<T> shown, ShownHost host)
        {
            if (!isFirst)
                body.Write(","u8);
            shown.WriteTo(body, host.AsOf.Span);
            isFirst = false;
        }
        body.Write("{\"servers\":["u8);
        foreach (var host in Hosts)
        foreach (var server in host.Servers)
            Put(server, host);
        body.Write("],\"hosts\":["u8);
        isFirst = true;
        foreach (var host in Hosts)
            Put(host.Host, host);
        body.Write("]}"u8);
        return body.WrittenMemory;
    }
}
