using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;

namespace TestServers.Apps;

/// <summary>The rendered settings of an app for a server.</summary>
public sealed record RenderedSettings(IReadOnlyDictionary<string, string> Files);

/// <summary>A template that does not render; the message names file, line and cause.</summary>
public sealed class UnrenderableTemplate(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// Renders an app's settings from Handlebars templates, the front end's own mustache syntax. The files are read at every build, so that a
/// change in a template counts from the next build on; one that has not changed is not compiled again. Nothing is escaped: the results
/// are Apache and Python, not HTML.
/// </summary>
public static class SettingsTemplates
{
    /// <summary>The files that make up an app's settings.</summary>
    public static readonly string[] Names = ["apache.conf", "wsgi.py", "settings.py"];

    private static readonly IHandlebars Language = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true, ThrowOnUnresolvedBindingExpression = true });
    private static readonly ConcurrentDictionary<string, (string Text, HandlebarsTemplate<object, object> Render)> Compiled = new(StringComparer.Ordinal);

    // Looking for the line of a fault compiles each beginning of the template.
    private const int MostLines = 300;

    /// <summary>Renders all files.</summary>
    /// <param name="values">What the templates may name: dictionaries of texts and dictionaries.</param>
    /// <exception cref="UnrenderableTemplate">A template is missing, is malformed, or names something that is not there.</exception>
    public static RenderedSettings Render(AppSettings app, IReadOnlyDictionary<string, object?> values) =>
        new(Names.ToDictionary(name => name, name => RenderOne(Path.Combine(app.Templates, name), values), StringComparer.Ordinal));

    private static string RenderOne(string path, IReadOnlyDictionary<string, object?> values)
    {
        var text = "";
        try
        {
            text = File.ReadAllText(path);
            if (!Compiled.TryGetValue(path, out var compiled) || compiled.Text != text) compiled = Compiled[path] = (text, Language.Compile(text));
            return compiled.Render(values);
        }
        // Whatever the library throws, and its exceptions have no common base: the template is what is wrong.
        catch (Exception e)
        {
            throw new UnrenderableTemplate($"The template {path} does not render{WhereAndWhy(text, e)}. Correct it; the next build reads it anew.", e);
        }
    }

    private static string WhereAndWhy(string text, Exception e) =>
        e is HandlebarsUndefinedBindingException { Path: var name }
            ? $"{InLine(LineThatNames(text, name))}: there is no value {name} for it"
            : $"{InLine(e is HandlebarsException ? LineThatBreaks(text) : null)}: {e.Message.Split('\n')[0].TrimEnd('.', '\r')}";

    private static string InLine(int? line) => line is null ? "" : $" (line {line})";

    private static int? LineThatNames(string text, string name)
    {
        var at = Array.FindIndex(text.Split('\n'), line => Regex.IsMatch(line, $@"\{{\{{[^}}]*(?<![\w.]){Regex.Escape(name)}(?![\w.])"));
        return at < 0 ? null : at + 1;
    }

    // The library tells no line: it is the one after the longest beginning that is right, or within a block the first that is
    // wrong for another reason than that the block does not end.
    private static int? LineThatBreaks(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length > MostLines) return null;
        var faults = Enumerable.Range(1, lines.Length).Select(count => FaultOf(string.Concat(lines.Take(count).Select(line => line + '\n')))).ToList();
        var after = faults.FindLastIndex(fault => fault is null) + 1;
        var other = faults.FindIndex(after, fault => fault?.StartsWith("Reached end of template", StringComparison.Ordinal) == false);
        return after == lines.Length ? null : (other < 0 ? after : other) + 1;
    }

    private static string? FaultOf(string text)
    {
        try
        {
            Language.Compile(text);
            return null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }
}
