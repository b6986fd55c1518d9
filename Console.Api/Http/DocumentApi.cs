using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TestServers.Http;

/// <summary>Serves the document, made once.</summary>
public static class DocumentApi
{
    public static void MapDocument(this IEndpointRouteBuilder routes)
    {
        var made = new Lazy<Task<byte[]>>(() => Make(routes.ServiceProvider));
        routes
            .MapCalls("Document", "This document.")
            .MapGet("/openapi/v1.json", async () => TypedResults.Bytes(await made.Value, "application/json"))
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
