using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TestServers.Http;

/// <summary>
/// The OpenAPI document: made from the running program's own calls and types. This file has what it says of the
/// console as a whole; the calls and the schemas have files of their own.
/// </summary>
public static class Document
{
    public const string Name = "v1";

    private const string About = """
        Reserve test servers and put apps with fresh data on them. Every GET answers HEAD, too. Unknown parameters
        and fields are refused by their names. Every time has its zone. A failure is application/problem+json:
        `detail` says what to do, `type` is stable.
        """;

    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer(
            (document, context, _) =>
            {
                document.Info = new()
                {
                    Title = "Test server console",
                    Version = "v1",
                    Description = About.ReplaceLineEndings(" "),
                    License = new() { Name = "MIT", Identifier = "MIT" },
                    Contact = new() { Name = "The administrator of this console" },
                };
                // Else relative to the document, which is right behind every proxy.
                var address = context.ApplicationServices.GetRequiredService<CurrentSettings>().Now.PublicUrl;
                document.Servers =
                [
                    address is null
                        ? new() { Url = "..", Description = "Where this document was fetched" }
                        : new() { Url = address, Description = "This console" },
                ];
                document.Tags = Groups(context)
                    .Select(g => new OpenApiTag { Name = g.Name, Description = g.Description })
                    .ToHashSet();
                AddSecurity(document);
                DocumentProblems.AddTo(document);
                return Task.CompletedTask;
            }
        );
        options.AddSchemaTransformer(DocumentSchemas.Describe);
        options.AddOperationTransformer(DocumentCalls.Describe);
    }

    private static IEnumerable<CallGroup> Groups(OpenApiDocumentTransformerContext context) =>
        context
            .DescriptionGroups.SelectMany(g => g.Items)
            .SelectMany(i => i.ActionDescriptor.EndpointMetadata.OfType<CallGroup>())
            .DistinctBy(g => g.Name)
            .OrderBy(g => g.Name, StringComparer.Ordinal);

    private static void AddSecurity(OpenApiDocument document)
    {
        var schemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            ["password"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "basic",
                Description = "A person, known to the web server.",
            },
            ["token"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A script or cron; the settings list its token's SHA-256 and what it may do.",
            },
            ["session"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "console-session",
                Description =
                    "A person whose password was checked within the last minute; each answer to a checked one sets it.",
            },
            ["name"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "console-name",
                Description =
                    "Only where the console is open to everybody on its machine: the name that PUT /api/me has set.",
            },
        };
        document.Components ??= new();
        document.Components.SecuritySchemes = schemes;
        document.Security =
        [
            .. schemes.Keys.Select(name => new OpenApiSecurityRequirement { [new(name, document)] = [] }),
        ];
    }
}
