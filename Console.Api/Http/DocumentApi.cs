using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TestServers.Http;

/// <summary>Serves the document, made once for each address that the console has had.</summary>
public static class DocumentApi
{
    public static IServiceCollection AddHttp(this IServiceCollection services) =>
        services
            .AddSingleton<PageFiles>()
            .AddSingleton<WrittenLists>()
            .ConfigureHttpJsonOptions(options => Json.Apply(options.SerializerOptions))
            .Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true)
            .AddProblemDetails()
            .AddExceptionHandler<ProblemHandler>()
            .AddOpenApi(Document.Name, Document.Describe);

    public static void MapDocument(this IEndpointRouteBuilder routes)
    {
        var made = new ConcurrentDictionary<string, Lazy<Task<byte[]>>>(StringComparer.Ordinal);
        Task<byte[]> For(CurrentSettings settings) =>
            made.GetOrAdd(settings.Now.PublicUrl ?? "", _ => new(() => Make(routes.ServiceProvider))).Value;
        routes
            .MapCalls("Document", "This document.")
            .MapGet(
                "/openapi/v1.json",
                async (CurrentSettings settings) => TypedResults.Bytes(await For(settings), "application/json")
            )
            .As("showDocument", Right.View, "This document")
            .Produces<JsonObject>(200, "application/json");
    }

    private static async Task<byte[]> Make(IServiceProvider services)
    {
        var document = await services
            .GetRequiredKeyedService<IOpenApiDocumentProvider>(Document.Name)
            .GetOpenApiDocumentAsync();
        using var text = new MemoryStream();
        await document.SerializeAsJsonAsync(text, OpenApiSpecVersion.OpenApi3_1);
        return text.ToArray();
    }
}
