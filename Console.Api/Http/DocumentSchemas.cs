using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TestServers.Http;

/// <summary>
/// What the document's schemas need to be told: names are strings with a rule, and an answer always has all its
/// fields.
/// </summary>
internal static class DocumentSchemas
{
    public static async Task Describe(
        OpenApiSchema schema,
        OpenApiSchemaTransformerContext context,
        CancellationToken cancel
    )
    {
        var type = context.JsonTypeInfo.Type;
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (ValueRule.IsName(type))
            DescribeName(schema, type, context.JsonPropertyInfo is { } field && MayBeNull(field, context));
        else if (plain.IsEnum)
            DescribeWords(schema, plain);
        else if (plain == typeof(DateTimeOffset))
            (schema.Type, schema.Format) = (
                plain == type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null,
                "date-time"
            );
        else if (
            context.JsonTypeInfo.ElementType is { } element
            && schema.Type?.HasFlag(JsonSchemaType.Array) == true
            && schema.Items is null
        )
            schema.Items = await context.GetOrCreateSchemaAsync(element, null, cancel);
        else if (context.JsonTypeInfo is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } value })
            schema.AdditionalProperties = await context.GetOrCreateSchemaAsync(value, null, cancel);
        else if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object && !IsBody(type, context))
            RequireAll(schema, context.JsonTypeInfo);
        if (
            context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(AllowedValuesAttribute), true)
            is [AllowedValuesAttribute allowed]
        )
            schema.Enum = [.. allowed.Values.Select(v => JsonSerializer.SerializeToNode(v)!)];
    }

    // Whether null may stand there is said where it stands.
    private static void DescribeWords(OpenApiSchema schema, Type words)
    {
        schema.Type = JsonSchemaType.String;
        schema.Enum =
        [
            .. Enum.GetNames(words).Select(w => JsonValue.Create(JsonNamingPolicy.CamelCase.ConvertName(w))),
        ];
    }

    /// <summary>A name is a string, whatever members its type has.</summary>
    public static void DescribeName(OpenApiSchema schema, Type type, bool orNull = false)
    {
        schema.Type = orNull ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        schema.Properties?.Clear();
        schema.Required?.Clear();
        schema.AdditionalPropertiesAllowed = true;
        schema.Description = ValueRule.Of(type);
        if (type.GetProperty(nameof(IName<>.Example))?.GetValue(null) is string example)
            schema.Examples = [JsonValue.Create(example)!];
    }

    // In an answer the null stands beside the name's own schema; in a body, and where the program has a default, the
    // field's schema is all there is.
    private static bool MayBeNull(JsonPropertyInfo field, OpenApiSchemaTransformerContext context) =>
        field.IsSetNullable
        && (field.AssociatedParameter?.HasDefaultValue == true || IsBody(field.DeclaringType, context));

    private static bool IsBody(Type type, OpenApiSchemaTransformerContext context) =>
        context
            .ApplicationServices.GetRequiredService<EndpointDataSource>()
            .Endpoints.Any(e => e.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType == type);

    // Also those that have a default in the program; only what is left out on a condition is not always there.
    private static void RequireAll(OpenApiSchema schema, JsonTypeInfo type)
    {
        var always = type.Properties.Where(p => p.Get is not null && p.ShouldSerialize is null).Select(p => p.Name);
        schema.Required = always
            .Where(name => schema.Properties?.ContainsKey(name) == true)
            .ToHashSet(StringComparer.Ordinal);
    }
}
