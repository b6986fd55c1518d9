namespace TestServers.Settings;

/// <summary>
/// What of a dump a base's settings skip: all of a kind, or one thing by the words by which a restore tells it.
/// </summary>
internal static class SkippedThing
{
    private const int Longest = 500;

    /// <summary>As the end of "a right one ...".</summary>
    public const string Rule =
        "is a kind of what a dump has, such as event triggers, or one of it in the words of a restore, such as "
        + "extension postgis, function public.f(integer) or role reporting";

    // As the database host's program calls them.
    private static readonly string[] Kinds =
    [
        "access method",
        "aggregate",
        "cast",
        "collation",
        "conversion",
        "event trigger",
        "extension",
        "foreign data wrapper",
        "foreign table",
        "function",
        "index",
        "materialized view",
        "operator",
        "operator class",
        "operator family",
        "policy",
        "procedural language",
        "procedure",
        "publication",
        "role",
        "rule",
        "server",
        "subscription",
        "table",
        "text search configuration",
        "text search dictionary",
        "text search parser",
        "text search template",
        "transform",
        "trigger",
        "type",
        "user mapping",
        "view",
    ];

    // One by one, as a person decides it: without all of them there is no database.
    private static readonly string[] OneByOne = ["data of the table", "data of the materialized view"];

    /// <summary>Whether the text is right.</summary>
    public static bool IsRight(string text) =>
        text.Length <= Longest
        && text.Trim() == text
        && (
            Kinds.Any(kind => kind != "table" && text == Plural(kind))
            || Kinds.Concat(OneByOne).Any(kind => text.StartsWith(kind + " ", StringComparison.Ordinal))
        );

    private static string Plural(string kind) =>
        kind[^1] == 'y' ? kind[..^1] + "ies"
        : kind[^1] is 'x' or 's' ? kind + "es"
        : kind + "s";
}
