using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TestServers;

/// <summary>What the OpenAPI document needs to be told: names are strings, and what it is called.</summary>
public static class Document
{
    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Test server console", Version = "v1", Description = "Reserve test servers and put apps with fresh data on them." };
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IName<>)))
            {
                schema.Type = JsonSchemaType.String;
                schema.Properties?.Clear();
                schema.Required?.Clear();
                schema.Description = $"{context.JsonTypeInfo.Type.GetProperty("Rule")!.GetValue(null)}";
            }
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.Responses ??= [];
            operation.Responses.TryAdd("default", new OpenApiResponse { Description = "A problem: application/problem+json with type, title, detail and fields for scripts." });
            return Task.CompletedTask;
        });
    }
}
