using Microsoft.AspNetCore.Http.Metadata;

namespace TestServers.Http;

/// <summary>Stands at a call that answers in parts.</summary>
public sealed record ListedInParts;

/// <summary>
/// A list, or a part of one, which browsers poll: with an ETag, and a header Link that names the next part.
/// </summary>
public sealed class ListAnswer<T>(WrittenList list) : IResult, IEndpointMetadataProvider
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (list.Next is { } next)
            httpContext.Response.Headers.Link = $"<{PublicAddress.Behind(httpContext, next)}>; rel=\"next\"";
        return Cacheable.Write(httpContext, list.Body, list.Tag);
    }

    public static void PopulateMetadata(System.Reflection.MethodInfo method, EndpointBuilder builder)
    {
        Cacheable<T>.PopulateMetadata(method, builder);
        builder.Metadata.Add(new ListedInParts());
    }
}
