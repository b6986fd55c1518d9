using System.Text.Json.Nodes;

namespace TestServers.Http;

/// <summary>A noun's calls in the document.</summary>
public sealed record CallGroup(string Name, string Description);

/// <summary>
/// The problems that a call gives besides those that follow from its right, its method and its inputs.
/// </summary>
public sealed record GivenProblems(IReadOnlyList<int> Statuses);

/// <summary>Stands at a write that needs no Idempotency-Key: asking again leaves all as it is.</summary>
public sealed record Repeatable;

/// <summary>The status of an answer that can say in Retry-After when to ask again.</summary>
public sealed record RetriedAnswer(int Status);

/// <summary>A body as one sends it, for the document.</summary>
public sealed record BodyExample(JsonNode Body);

/// <summary>An answer that is no JSON, for the document.</summary>
public sealed record TextExample(string Description, string Text);

/// <summary>Text of another media type that an answer comes in when it is asked for, for the document.</summary>
public sealed record TextForm(string Type, string Text);

/// <summary>An answer that has a part of a list, and names the next one in a Link.</summary>
public sealed record PagedAnswer;

/// <summary>What the audit calls a write, and what it is done to.</summary>
/// <param name="On">With values of the address: "build {id}".</param>
public sealed record DeedWords(string What, string On);

/// <summary>What a route table says of a call: its name, the right it needs, and what it can answer.</summary>
public static class Calls
{
    /// <summary>A noun's calls.</summary>
    public static RouteGroupBuilder MapCalls(this IEndpointRouteBuilder routes, string name, string description) =>
        routes.MapGroup("").WithTags(name).WithMetadata(new CallGroup(name, description));

    /// <summary>Names a call and says who may make it.</summary>
    /// <param name="name">A verb and its object in camelCase; client programs have it as their method's name.</param>
    public static RouteHandlerBuilder As(this RouteHandlerBuilder call, string name, Right right, string summary) =>
        call.WithName(name).WithSummary(summary).WithMetadata(new NeededRight(right));

    /// <summary>Says what the audit calls it, for who is refused.</summary>
    /// <param name="on">What it is done to, with values of the address.</param>
    public static RouteHandlerBuilder InAudit(this RouteHandlerBuilder call, string what, string on = "{server}") =>
        call.WithMetadata(new DeedWords(what, on));

    /// <summary>Problems it can give besides those that every such call can.</summary>
    public static RouteHandlerBuilder Gives(this RouteHandlerBuilder call, params int[] statuses) =>
        call.WithMetadata(new GivenProblems(statuses));

    /// <summary>A write that needs no Idempotency-Key: asking again leaves all as it is.</summary>
    public static RouteHandlerBuilder MayBeRepeated(this RouteHandlerBuilder call) =>
        call.WithMetadata(new Repeatable());

    /// <summary>When it has waited in vain, its answer with this status says when to ask again.</summary>
    public static RouteHandlerBuilder SaysWhenToAskAgain(this RouteHandlerBuilder call, int status) =>
        call.WithMetadata(new RetriedAnswer(status));

    /// <summary>A body as one sends it.</summary>
    /// <param name="json">JSON; a test compares it with the body's schema.</param>
    public static RouteHandlerBuilder Example(this RouteHandlerBuilder call, string json) =>
        call.WithMetadata(new BodyExample(JsonNode.Parse(json)!));

    /// <summary>It answers with a part of a list, and names the next one in a Link.</summary>
    public static RouteHandlerBuilder ComesInPages(this RouteHandlerBuilder call) =>
        call.WithMetadata(new PagedAnswer());

    /// <summary>It answers with text of this media type when that is asked for.</summary>
    public static RouteHandlerBuilder AlsoAs(this RouteHandlerBuilder call, string type, string example) =>
        call.WithMetadata(new TextForm(type, example));

    /// <summary>It answers with text of this media type.</summary>
    public static RouteHandlerBuilder ProducesText(
        this RouteHandlerBuilder call,
        string type,
        string description,
        string example
    ) => call.Produces<string>(200, type).WithMetadata(new TextExample(description, example));
}
