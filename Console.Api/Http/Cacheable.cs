using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace TestServers.Http;

/// <summary>An answer that browsers poll: JSON with an ETag, or 304 to who has it already.</summary>
public sealed class Cacheable<T>(T value) : IResult, Microsoft.AspNetCore.Http.Metadata.IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, Json.Web);
        return Cacheable.Write(httpContext, body, Cacheable.TagOf(body));
    }

    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder)
    {
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"])
        );
        // Without a type it would not come into the document.
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified, typeof(void)));
    }
}

public static class Cacheable
{
    /// <summary>Makes an answer of a value.</summary>
    public static Cacheable<T> Of<T>(T value) => new(value);

    /// <summary>The weak tag of a body: 64 bits of its SHA-256.</summary>
    public static string TagOf(ReadOnlySpan<byte> body) =>
        $"W/\"{Convert.ToHexStringLower(SHA256.HashData(body))[..16]}\"";

    /// <summary>Writes a body that is there already, or 304.</summary>
    public static Task Write(HttpContext context, ReadOnlyMemory<byte> body, string tag) => Write(context, [body], tag);

    /// <summary>Writes a body that is there already, in parts, or 304.</summary>
    public static async Task Write(HttpContext context, IReadOnlyList<ReadOnlyMemory<byte>> parts, string tag)
    {
        var response = context.Response;
        response.Headers.ETag = tag;
        if (
            context.Request.Headers.IfNoneMatch.Any(sent =>
                sent is not null && sent.Split(',').Any(t => IsSame(t.Trim(), tag))
            )
        )
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = parts.Sum(p => (long)p.Length);
        // Kestrel lets go of a reader who has left or does not read; a token of its own would cost each answer.
        if (parts is [var whole])
        {
            await response.Body.WriteAsync(whole, CancellationToken.None);
            return;
        }
        // What is written before the headers are would be copied once more.
        await response.StartAsync(CancellationToken.None);
        foreach (var part in parts)
            response.BodyWriter.Write(part.Span);
        await response.BodyWriter.FlushAsync(CancellationToken.None);
    }

    // A web server that compresses may write the tag in another way and hand it back so: "...-gzip" (Apache),
    // "...;gzip", or strong.
    private static bool IsSame(string sent, string tag)
    {
        if (sent == tag || sent == "*")
            return true;
        var start = sent.StartsWith("W/", StringComparison.Ordinal) ? "W/".Length : 0;
        var own = tag.AsSpan(2).TrimEnd('"');
        var rest = sent.AsSpan(start);
        return rest.StartsWith(own, StringComparison.Ordinal)
            && rest[own.Length..] is "\"" or "-gzip\"" or ";gzip\"" or "-br\"" or ";br\"";
    }
}
