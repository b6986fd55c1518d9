using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using TestServers.Http;

namespace TestServers.Board;

/// <summary>Which servers are asked for, a part of the list at a time, by their names.</summary>
/// <param name="Host">Null: on any host.</param>
/// <param name="States">Null: in any state.</param>
/// <param name="After">Only names that come after this one; null: from the first on. It need not be there any
/// more.</param>
/// <param name="Limit">How many at most; null: all.</param>
public sealed record ServerSearch(string? Host, IReadOnlySet<string>? States, ServerName? After, int? Limit)
{
    private static ReadOnlySpan<byte> Begin => "{\"servers\":["u8;
    private static ReadOnlySpan<byte> Hosts => "],\"hosts\":["u8;
    private static ReadOnlySpan<byte> End => "]}"u8;

    /// <summary>The servers of a picture that are meant, with their hosts.</summary>
    public FoundServers In(Picture picture)
    {
        var hosts = picture.Hosts.Where(h => Host is null || h.State.Name == Host).ToList();
        var found = new List<(ShownHost Host, Shown<ServerView> Server)>();
        foreach (var one in ByName(hosts))
        {
            if (found.Count == Limit)
                return Join(hosts, found, found[^1].Server.View.Name);
            found.Add(one);
        }
        return Join(hosts, found, null);
    }

    // Each host has its servers by their names: of all hosts the next one is taken, until there are enough.
    private IEnumerable<(ShownHost Host, Shown<ServerView> Server)> ByName(IEnumerable<ShownHost> hosts)
    {
        var next = new PriorityQueue<(ShownHost Host, int Place), string>(StringComparer.Ordinal);
        void Add(ShownHost host, int place)
        {
            while (place < host.Servers.Length && States?.Contains(host.Servers[place].View.State) == false)
                place++;
            if (place < host.Servers.Length)
                next.Enqueue((host, place), host.Servers[place].View.Name.Text);
        }
        foreach (var host in hosts)
            Add(host, After is null ? 0 : host.PlaceAfter(After));
        while (next.TryDequeue(out var one, out _))
        {
            yield return (one.Host, one.Host.Servers[one.Place]);
            Add(one.Host, one.Place + 1);
        }
    }

    private static FoundServers Join(
        List<ShownHost> hosts,
        List<(ShownHost Host, Shown<ServerView> Server)> found,
        ServerName? next
    )
    {
        var body = new ArrayBufferWriter<byte>(1 << 12);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        body.Write(Begin);
        Write(found.Select(f => (f.Server, f.Host.AsOf)), body, digest);
        body.Write(Hosts);
        Write(hosts.Select(h => (h.Host, h.AsOf)), body, digest);
        body.Write(End);
        // The header Link belongs to the answer: who has the tag has the right one.
        digest.AppendData(Encoding.UTF8.GetBytes($"{found.Count} {next}"));
        return new(body.WrittenMemory, Cacheable.TagOf(digest.GetCurrentHash()), next);
    }

    private static void Write<T>(
        IEnumerable<(Shown<T> Shown, ReadOnlyMemory<byte> AsOf)> all,
        ArrayBufferWriter<byte> body,
        IncrementalHash digest
    )
    {
        var isFirst = true;
        foreach (var (shown, asOf) in all)
        {
            if (!isFirst)
                body.Write(","u8);
            isFirst = false;
            shown.WriteTo(body, asOf.Span);
            digest.AppendData(shown.Digest);
        }
    }
}

/// <summary>A part of the list of servers, as it is sent.</summary>
/// <param name="Tag">Its ETag, which the time of an answer alone does not change.</param>
/// <param name="Next">Behind which server the next part begins; null: this is the last.</param>
public sealed record FoundServers(ReadOnlyMemory<byte> Body, string Tag, ServerName? Next);
