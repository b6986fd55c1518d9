using System.Text.RegularExpressions;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;

namespace TestServers.Apps;

/// <summary>Finds where a template is wrong, as the library tells no line.</summary>
internal static class HandlebarsFault
{
    // Looking for the line of a fault compiles each beginning of the template.
    private const int MostLines = 300;

    /// <summary>Where a template is wrong, and why.</summary>
    public static TemplateFault Of(Exception e, string text, IHandlebars language) =>
        e switch
        {
            HandlebarsUndefinedBindingException { Path: var name } => TemplateFault.OfName(
                name,
                LineThatNames(text, name),
                e
            ),
            HandlebarsException => new(LineThatBreaks(text, language), FaultOf(text, language) ?? e.Message, e),
            _ => new(null, e.Message, e),
        };

    private static int? LineThatNames(string text, string name)
    {
        var at = Array.FindIndex(
            text.Split('\n'),
            line => Regex.IsMatch(line, $@"\{{\{{[^}}]*(?<![\w.]){Regex.Escape(name)}(?![\w.])")
        );
        return at < 0 ? null : at + 1;
    }

    // It is the one after the longest beginning that is right, or within a block the first that is wrong for
    // another reason than that the block does not end.
    private static int? LineThatBreaks(string text, IHandlebars language)
    {
        var lines = text.Split('\n');
        if (lines.Length > MostLines)
            return null;
        var faults = Enumerable
            .Range(1, lines.Length)
            .Select(count => FaultOf(string.Concat(lines.Take(count).Select(line => line + '\n')), language))
            .ToList();
        var after = faults.FindLastIndex(fault => fault is null) + 1;
        var other = faults.FindIndex(
            after,
            fault => fault?.StartsWith("Reached end of template", StringComparison.Ordinal) == false
        );
        return after == lines.Length ? null : (other < 0 ? after : other) + 1;
    }

    private static string? FaultOf(string text, IHandlebars language)
    {
        try
        {
            language.Compile(text);
            return null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }
}
