using System.Text.RegularExpressions;

namespace TestServers.Apps;

/// <summary>A place in a template where a value is written.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Name">The value's name, or the whole expression when it is more than a name.</param>
internal sealed record HandlebarsExpression(int Line, string Name);

/// <summary>
/// The text of a template, in which each expression is led by a mark, so that a fault of a value can be told with
/// its line.
/// </summary>
internal sealed partial class HandlebarsText
{
    /// <summary>The helper that a mark calls, with the expression's number.</summary>
    public const string Mark = "console-expression";

    public HandlebarsText(string text)
    {
        var expressions = new List<HandlebarsExpression>();
        Marked = Mustache()
            .Replace(
                text,
                found =>
                {
                    if (!found.Groups["name"].Success || IsEscaped(text, found.Index))
                        return found.Value;
                    expressions.Add(
                        new(
                            text.AsSpan(0, found.Index).Count('\n') + 1,
                            found.Groups["name"].Value.Replace("quoted ", "", StringComparison.Ordinal)
                        )
                    );
                    var mark = $"{{{{{found.Groups["trim"].Value}{Mark} {expressions.Count - 1}}}}}";
                    return mark + found.Groups["open"].Value + found.Groups["rest"].Value;
                }
            );
        Expressions = expressions;
    }

    /// <summary>What is compiled.</summary>
    public string Marked { get; }

    /// <summary>By number.</summary>
    public IReadOnlyList<HandlebarsExpression> Expressions { get; }

    // \{{ is text, \\{{ is a backslash before an expression.
    private static bool IsEscaped(string text, int at)
    {
        var backslashes = 0;
        while (at - backslashes > 0 && text[at - backslashes - 1] == '\\')
            backslashes++;
        return backslashes % 2 == 1;
    }

    // Comments and raw blocks first, which may hold what looks like an expression; blocks and else match nothing.
    [GeneratedRegex(
        """
            \{\{~?!--[\s\S]*?--~?\}\} | \{\{~?![^}]*\}\} | \{\{\{\{[\s\S]*?\{\{\{\{/[^}]*\}\}\}\} |
            (?<open>\{\{\{?)(?<trim>~?)(?<rest>\s*(?!else\b)(?<name>[^\s{}~\#/^>&!*][^{}]*?)\s*~?\}\})
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Mustache();
}
