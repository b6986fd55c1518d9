using System.Security.Cryptography;
using System.Text.Json;

namespace TestServers.Http;

/// <summary>
/// One thing's JSON, written once: answers that show it are joined of such, and their ETags made of the digests.
/// </summary>
public sealed class WrittenJson
{
    private readonly byte[] _bytes,
        _digest;

    private WrittenJson(byte[] bytes) => (_bytes, _digest) = (bytes, SHA256.HashData(bytes));

    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The SHA-256 of the JSON.</summary>
    public ReadOnlyMemory<byte> Digest => _digest;

    /// <summary>Of JSON that was written in a way of its own.</summary>
    public static WrittenJson From(byte[] json) => new(json);

    public static WrittenJson Of<T>(T value) => new(JsonSerializer.SerializeToUtf8Bytes(value, Json.Web));
}
