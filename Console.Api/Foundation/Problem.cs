using System.Reflection;
using Microsoft.AspNetCore.Mvc;

namespace TestServers.Foundation;

/// <summary>
/// A failure that we foresee: a status, a stable type, and a sentence that says what failed, on what, why, and what to
/// do. Everything that is not one of these is a 500, logged with its trace id and never shown.
/// </summary>
public sealed class Problem : Exception
{
    /// <summary>The type of what is refused because nothing is left, and not because of anybody's right.</summary>
    public const string NothingFree = "none-free";

    private Problem(int status, string type, string title, string detail)
        : base(detail) => (Status, Type, Title) = (status, type, title);

    public int Status { get; }
    public string Type { get; }
    public string Title { get; }

    /// <summary>The fields that a script needs, by name.</summary>
    public Dictionary<string, object?> Fields { get; } = new(StringComparer.Ordinal);

    public static Problem BadInput(string detail) => new(400, "bad-input", "The request is not understood", detail);

    public static Problem Unauthorized(string detail) => new(401, "not-signed-in", "It is not known who asks", detail);

    public static Problem Forbidden(string detail) => new(403, "not-allowed", "This may not be done", detail);

    public static Problem NotFound(string what, string detail) =>
        new(404, "not-found", $"There is no such {what}", detail);

    public static Problem WrongMethod(string detail) => new(405, "wrong-method", "This cannot be done here", detail);

    public static Problem TooSlow(string detail) => new(408, "too-slow", "The request did not come in time", detail);

    public static Problem Conflict(string detail) => new(409, "conflict", "This is not possible now", detail);

    public static Problem Reserved(string detail) => new(409, "reserved", "Somebody else holds this server", detail);

    public static Problem InLine(string detail) => new(409, "in-line", "Others wait for this server", detail);

    public static Problem OutOfService(string detail) =>
        new(409, "out-of-service", "This server is out of service", detail);

    public static Problem NoneFree(string detail) => new(409, NothingFree, "No server is free", detail);

    public static Problem Gone(string detail) => new(410, "gone", "This is no longer kept", detail);

    public static Problem Misdirected(string detail) => new(421, "not-here", "The console has another name", detail);

    public static Problem TooLarge(string detail) => new(413, "too-large", "The body is too large", detail);

    public static Problem WrongType(string detail) => new(415, "not-json", "Only JSON is accepted", detail);

    public static Problem KeyUsed(string detail) =>
        new(422, "key-used", "The Idempotency-Key was used for something else", detail);

    public static Problem TooMany(string detail) => new(429, "too-many", "Too much at once", detail);

    public static Problem Fault(string detail) => new(500, "fault", "The console failed", detail);

    public static Problem Failed(string detail) => new(502, "failed", "A host could not do it", detail);

    public static Problem ReadOnly(string detail) =>
        new(503, "disk", "The console is read-only: its disk refuses", detail);

    /// <summary>Every kind there is, without its detail: the makers above are the only list of them.</summary>
    public static IEnumerable<ProblemDetails> Kinds =>
        from maker in typeof(Problem).GetMethods(BindingFlags.Public | BindingFlags.Static)
        where maker.ReturnType == typeof(Problem)
        let nothing = maker
            .GetParameters()
            .Select(p => p.ParameterType == typeof(string) ? "thing" : null)
            .ToArray<object?>()
        select ((Problem)maker.Invoke(null, nothing)!).ToDetails();

    /// <summary>After which time it is worth asking again: the header Retry-After, in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Says when to ask again; returns the same problem.</summary>
    public Problem RetriedAfter(TimeSpan time)
    {
        RetryAfter = time;
        return this;
    }

    /// <summary>Adds a field; returns the same problem.</summary>
    public Problem With(string field, object? value)
    {
        Fields[field] = value;
        return this;
    }

    /// <summary>The answer's body, RFC 9457.</summary>
    public ProblemDetails ToDetails()
    {
        var details = new ProblemDetails
        {
            Status = Status,
            Type = "urn:test-server-console:" + Type,
            Title = Title,
            Detail = Message,
        };
        // What is not known is not there, rather than null.
        foreach (var (field, value) in Fields.Where(f => f.Value is not null))
            details.Extensions[field] = value;
        return details;
    }
}
