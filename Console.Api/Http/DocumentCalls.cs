using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TestServers.Http;

/// <summary>What the document says of each call, from what stands at it: right, problems, headers, examples.</summary>
internal static class DocumentCalls
{
    // On a loopback port the console answers to this machine's own names alone, whatever the call.
    private static readonly int[] ToOtherNames = [403, 421];

    public static async Task Describe(
        OpenApiOperation call,
        OpenApiOperationTransformerContext context,
        CancellationToken cancel
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var writes = context.Description.HttpMethod is not "GET";
        var right = metadata.OfType<NeededRight>().LastOrDefault()?.Right;
        call.Responses ??= [];
        call.Parameters ??= [];
        await DescribeParameters(call, context, cancel);
        AddRight(call, right, context.Document);
        AddExamples(call, metadata);
        RefuseNullAsBody(call);
        AddHeaders(call, writes, metadata);
        var statuses = ProblemsOf(call, metadata, writes, right);
        if (context.ApplicationServices.GetRequiredService<CurrentSettings>().Now.Listen.Socket is null)
            statuses.UnionWith(ToOtherNames);
        foreach (var status in statuses)
        {
            if (
                !call.Responses.ContainsKey($"{status}") && DocumentProblems.Of(status, context.Document) is { } problem
            )
                call.Responses[$"{status}"] = problem;
        }
        foreach (var answer in metadata.OfType<RetriedAnswer>())
            Set(call, $"{answer.Status}", "Retry-After", DocumentProblems.SecondsToWait, JsonSchemaType.Integer);
    }

    /// <summary>One header of an answer.</summary>
    public static Dictionary<string, IOpenApiHeader> Header(string name, string about, JsonSchemaType type) =>
        new(StringComparer.Ordinal)
        {
            [name] = new OpenApiHeader
            {
                Description = about,
                Schema = new OpenApiSchema { Type = type },
            },
        };

    // A misspelt parameter or token is refused everywhere; another site's page, a body that is too large or no JSON,
    // and a full disk are met by writes.
    private static SortedSet<int> ProblemsOf(OpenApiOperation call, IList<object> metadata, bool writes, Right? right)
    {
        var statuses = new SortedSet<int> { 400, 401, 500 };
        if (call.Parameters!.Any(p => p.In == ParameterLocation.Path))
            statuses.Add(404);
        if (writes || right is not (Right.View or Right.Anybody))
            statuses.Add(403);
        if (writes)
            statuses.UnionWith([408, 413, 415, 422, 503]);
        statuses.UnionWith(metadata.OfType<GivenProblems>().SelectMany(g => g.Statuses));
        return statuses;
    }

    private static async Task DescribeParameters(
        OpenApiOperation call,
        OpenApiOperationTransformerContext context,
        CancellationToken cancel
    )
    {
        foreach (var parameter in call.Parameters!.OfType<OpenApiParameter>())
        {
            var described = context
                .Description.ParameterDescriptions.FirstOrDefault(p => p.Name == parameter.Name)
                ?.ParameterDescriptor;
            var type = described?.ParameterType;
            if (described is IParameterInfoParameterDescriptor { ParameterInfo: { } info })
                DescribeWords(parameter, info);
            parameter.Name = char.ToLowerInvariant(parameter.Name![0]) + parameter.Name[1..];
            if (type is null || !ValueRule.IsName(type))
                continue;
            var schema = await context.GetOrCreateSchemaAsync(type, null, cancel);
            DocumentSchemas.DescribeName(schema, type);
            (parameter.Schema, parameter.Description) = (schema, parameter.Description ?? schema.Description);
        }
    }

    private static void DescribeWords(OpenApiParameter parameter, ParameterInfo info)
    {
        if (parameter.Schema is not OpenApiSchema schema)
            return;
        if (info.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
            schema.Enum = [.. allowed.Values.OfType<string>().Select(word => JsonValue.Create(word))];
        if (info.GetCustomAttribute<ListOfAttribute>() is not { } list)
            return;
        var word = $"({string.Join('|', list.Words)})";
        schema.Pattern = $"^{word}(,{word})*$";
    }

    private static void AddRight(OpenApiOperation call, Right? right, OpenApiDocument? document)
    {
        var name = right?.ToString().ToLowerInvariant() ?? "none";
        call.Extensions ??= new Dictionary<string, IOpenApiExtension>(StringComparer.Ordinal);
        call.Extensions["x-right"] = new JsonNodeExtension(JsonValue.Create(name)!);
        call.Description =
            right switch
            {
                Right.Anybody => "Anybody may do this, also without a name.",
                Right.Signature => "Whoever knows its key may do this, without a name.",
                Right.View => "Everybody who is known may do this.",
                Right.Person => "A person may do this, and no token.",
                Right.Administer => "An administrator may do this.",
                _ => $"A person who is more than a viewer may do this, and a token with the right `{name}`.",
            } + (call.Description is { Length: > 0 } more ? " " + more : "");
        if (right is Right.Anybody or Right.Signature)
            call.Security = [];
    }

    private static void AddExamples(OpenApiOperation call, IList<object> metadata)
    {
        if (call.RequestBody?.Content is { } bodies && metadata.OfType<BodyExample>().LastOrDefault() is { } example)
            bodies["application/json"].Example = example.Body.DeepClone();
        foreach (var form in metadata.OfType<TextForm>())
        {
            call.Responses!["200"].Content![form.Type] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = JsonValue.Create(form.Text),
            };
        }
        if (
            metadata.OfType<TextExample>().LastOrDefault() is not { } text
            || call.Responses!["200"] is not OpenApiResponse answer
        )
            return;
        answer.Description = text.Description;
        answer.Content!.Values.First().Example = JsonValue.Create(text.Text);
    }

    // One that may be left out is left out, and is not the word null.
    private static void RefuseNullAsBody(OpenApiOperation call)
    {
        foreach (var content in call.RequestBody?.Content?.Values ?? [])
        {
            if (content.Schema?.OneOf is { Count: > 0 } choices)
                content.Schema = choices.Single(c => c.Type != JsonSchemaType.Null);
        }
    }

    private static void AddHeaders(OpenApiOperation call, bool writes, IList<object> metadata)
    {
        if (writes)
        {
            var repeatable = metadata.OfType<Repeatable>().Any();
            if (repeatable)
                call.Description += " It may be asked again without an Idempotency-Key: that leaves all as it is.";
            AddParameter(
                call,
                "Idempotency-Key",
                (
                    repeatable
                        ? "Not needed here, as asking again leaves all as it is"
                        : "The same key and body again do nothing again and give the first answer"
                ) + ": 1 to 100 printable characters",
                "basket-1"
            );
        }
        if (call.Responses!.ContainsKey("304"))
        {
            AddParameter(
                call,
                "If-None-Match",
                "The ETag of the answer that one has: 304 while it is still right",
                "W/\"0123456789abcdef\""
            );
            foreach (var status in new[] { "200", "304" })
                Set(call, status, "ETag", "What to send as If-None-Match");
        }
        if (metadata.OfType<PagedAnswer>().Any())
            Set(call, "200", "Link", "Where the next part of the list is; the last one has none");
        if (metadata.OfType<ListedInParts>().Any())
        {
            const string next = "`<...>; rel=\"next\"`, the address of the next part; without it this is the last";
            foreach (var status in new[] { "200", "304" })
                Set(call, status, "Link", next);
        }
        foreach (var status in new[] { "201", "202" })
            Set(call, status, "Location", "Where what was made is found");
        if (
            call.Responses.TryGetValue("200", out var answer)
            && answer.Content?.ContainsKey("text/event-stream") == true
        )
            AddParameter(call, "Last-Event-ID", "The last event one has: what came after it is sent first", "42-7");
    }

    private static void Set(
        OpenApiOperation call,
        string status,
        string name,
        string about,
        JsonSchemaType type = JsonSchemaType.String
    )
    {
        if (!call.Responses!.TryGetValue(status, out var found) || found is not OpenApiResponse answer)
            return;
        answer.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        answer.Headers[name] = Header(name, about, type)[name];
    }

    private static void AddParameter(OpenApiOperation call, string name, string about, string example) =>
        call.Parameters!.Add(
            new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Header,
                Description = about,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = JsonValue.Create(example),
            }
        );
}
