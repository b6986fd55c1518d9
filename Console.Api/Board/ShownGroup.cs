using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace TestServers.Board;

/// <summary>
/// Servers of a host that stand together in the list: when one of them changes, these alone are joined again.
/// </summary>
public sealed class ShownGroup
{
    /// <summary>How many stand together at most.</summary>
    public const int Most = 32;

    private readonly ImmutableArray<Shown<ServerView>> _servers;
    private readonly ReadOnlyMemory<byte> _asOf;
    private readonly Lazy<ReadOnlyMemory<byte>> _body;
    private readonly byte[] _digest;

    /// <param name="asOf">When their host has answered last, as JSON.</param>
    public ShownGroup(ReadOnlySpan<Shown<ServerView>> servers, ReadOnlyMemory<byte> asOf)
        : this([.. servers], asOf, DigestOf(servers)) { }

    private ShownGroup(ImmutableArray<Shown<ServerView>> servers, ReadOnlyMemory<byte> asOf, byte[] digest)
    {
        (_servers, _asOf, _digest) = (servers, asOf, digest);
        _body = new(Join);
    }

    /// <summary>Of all that is shown, but the time of an answer.</summary>
    public ReadOnlySpan<byte> Digest => _digest;

    /// <summary>Its servers as JSON, each behind a comma. They are joined when somebody asks for them, and
    /// once.</summary>
    public ReadOnlyMemory<byte> Body => _body.Value;

    /// <summary>Whether it shows these, and in this way.</summary>
    public bool Shows(ReadOnlySpan<Shown<ServerView>> servers) => _servers.AsSpan().SequenceEqual(servers);

    /// <summary>The same after another answer that says nothing else.</summary>
    public ShownGroup At(ReadOnlyMemory<byte> asOf) =>
        asOf.Span.SequenceEqual(_asOf.Span) ? this : new(_servers, asOf, _digest);

    private static byte[] DigestOf(ReadOnlySpan<Shown<ServerView>> servers)
    {
        var digests = new byte[servers.Length * SHA256.HashSizeInBytes];
        for (var i = 0; i < servers.Length; i++)
            servers[i].Digest.CopyTo(digests.AsSpan(i * SHA256.HashSizeInBytes));
        return SHA256.HashData(digests);
    }

    private ReadOnlyMemory<byte> Join()
    {
        var body = new ArrayBufferWriter<byte>(_servers.Sum(s => s.Length + _asOf.Length + 1));
        foreach (var server in _servers)
        {
            body.Write(","u8);
            server.WriteTo(body, _asOf.Span);
        }
        return body.WrittenMemory;
    }
}
