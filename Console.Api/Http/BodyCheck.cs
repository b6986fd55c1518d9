using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;

namespace TestServers.Http;

/// <summary>
/// Looks at a body before it is bound, and says by its name which field is missing, unknown or wrong. The rules are
/// those of the body's own type.
/// </summary>
public sealed class BodyCheck(RequestDelegate next)
{
    private static readonly object Hidden = new();
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>
    /// Hides the body's type until the call is found: a wrong one is 415 for those who may make the call, and 401 or
    /// 403 for the others.
    /// </summary>
    public static Task HideType(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentType is not { } type)
            return next(context);
        context.Items[Hidden] = type;
        context.Request.ContentType = "application/json";
        return next(context);
    }

    /// <summary>Gives the body the type back that it came with.</summary>
    public static Task ShowType(HttpContext context, RequestDelegate next)
    {
        if (context.Items[Hidden] is string type)
            context.Request.ContentType = type;
        return next(context);
    }

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (context.GetEndpoint() is RouteEndpoint endpoint && !HttpMethods.IsGet(request.Method))
        {
            var isAny = endpoint.Metadata.GetMetadata<AnyBody>() is not null;
            if (!isAny)
                EnsureUtf8(request);
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body, context.RequestAborted);
            body.Position = 0;
            request.Body = body;
            if (isAny)
                AnyBody.Keep(context, body.ToArray());
            else
                Check(CallInputs.Of(endpoint), body.GetBuffer().AsMemory(0, (int)body.Length));
        }
        await next(context);
    }

    /// <exception cref="Problem">415: it is in another character set, or compressed.</exception>
    private static void EnsureUtf8(HttpRequest request)
    {
        var coding = request.Headers.ContentEncoding.ToString();
        if (coding.Length > 0 && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw Problem.WrongType("Send the body as it is, without Content-Encoding.");
        if (
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.Charset.HasValue
            && !type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        )
            throw Problem.WrongType("Send a body in UTF-8: JSON has no other character set.");
    }

    private static void Check(CallInputs inputs, ReadOnlyMemory<byte> body)
    {
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            if (!inputs.BodyIsOptional)
                throw Problem.BadInput(
                    $"The body is missing: it is a JSON object. {FieldsOf(Json.Web.GetTypeInfo(inputs.Body!))}"
                );
            return;
        }
        using var document = Parse(body);
        if (inputs.Body is not null)
            CheckObject(document.RootElement, Json.Web.GetTypeInfo(inputs.Body), "");
        else if (document.RootElement.ValueKind != JsonValueKind.Object || document.RootElement.EnumerateObject().Any())
            throw Problem.BadInput("This call takes no body. Send none, or {}.");
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
            throw Problem.BadInput("The body is not UTF-8.");
        try
        {
            return JsonDocument.Parse(body, Strict);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Problem.BadInput(
                "The body is no right "
                    + $"JSON{(e is JsonException { LineNumber: { } line } ? $" (line {line + 1})" : "")}: "
                    + "a key may be there twice, a quote or bracket missing, or it is nested too deeply."
            );
        }
    }

    private static void CheckObject(JsonElement element, JsonTypeInfo type, string within)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Problem.BadInput(
                within.Length == 0
                    ? $"The body must be a JSON object. {FieldsOf(type)}"
                    : $"The field `{within[..^1]}` is not right: it must be an object."
            );
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property);
            var known =
                type.Properties.FirstOrDefault(p => p.Name == name)
                ?? throw Problem.BadInput($"There is no such field: {Quoted.Of(within + name)}. {FieldsOf(type)}");
            seen.Add(name);
            CheckField(property.Value, known, within + name);
        }
        if (type.Properties.FirstOrDefault(p => p.IsRequired && !seen.Contains(p.Name)) is { } missing)
            throw Problem.BadInput(
                $"The field `{within}{missing.Name}` is missing: it must be {ValueRule.Of(missing.PropertyType)}."
            );
    }

    private static void CheckField(JsonElement value, JsonPropertyInfo field, string name)
    {
        var rule = ValueRule.Of(field.PropertyType);
        if (value.ValueKind == JsonValueKind.Null)
        {
            if (!field.IsSetNullable)
                throw Problem.BadInput($"The field `{name}` is null: it must be {rule}.");
            return;
        }
        var type = Json.Web.GetTypeInfo(Nullable.GetUnderlyingType(field.PropertyType) ?? field.PropertyType);
        if (type.Kind == JsonTypeInfoKind.Object)
        {
            CheckObject(value, type, name + ".");
            return;
        }
        if (type.Kind == JsonTypeInfoKind.Dictionary)
        {
            CheckEntries(value, type, name);
            return;
        }
        try
        {
            var read = value.Deserialize(type);
            if (read is double number && !double.IsFinite(number))
                throw new JsonException();
            // The library takes words in any case, and several with commas between them.
            // Entries of a list likewise, and none of them is null.
            if (
                read is System.Collections.IEnumerable and not string
                && (
                    !JsonElement.DeepEquals(JsonSerializer.SerializeToElement(read, type), value)
                    || value.EnumerateArray().Any(entry => entry.ValueKind == JsonValueKind.Null)
                )
            )
                throw new JsonException();
            if (read is Enum && JsonSerializer.SerializeToElement(read, Json.Web).GetString() != value.GetString())
                throw new JsonException();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Problem.BadInput($"The field `{name}` is not right: it must be {rule}.");
        }
    }

    private static void CheckEntries(JsonElement value, JsonTypeInfo type, string field)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Problem.BadInput($"The field `{field}` is not right: it must be {ValueRule.Of(type.Type)}.");
        var (isKey, isValue) = (ValueRule.For(type.KeyType!), ValueRule.For(type.ElementType!));
        foreach (var entry in value.EnumerateObject())
        {
            var name = NameOf(entry);
            if (!isKey(name))
                throw Problem.BadInput(
                    $"The field `{field}` has a name that is not right, {Quoted.Of(name)}: it must be "
                        + $"{ValueRule.Of(type.KeyType!)}."
                );
            if (entry.Value.ValueKind != JsonValueKind.String || !isValue(TextOf(entry.Value)))
                throw Problem.BadInput(
                    $"The field `{field}.{name}` is not right: it must be {ValueRule.Of(type.ElementType!)}."
                );
        }
    }

    // Half a surrogate pair is no text, and no right value either.
    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    // A name may hold half a surrogate pair, which no text has.
    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw Problem.BadInput("The body has a field whose name is no text.");
        }
    }

    private static string FieldsOf(JsonTypeInfo type) =>
        $"This call knows {string.Join(", ", type.Properties.Select(p => $"`{p.Name}`"))}.";
}
