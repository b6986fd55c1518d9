using System.Collections.Concurrent;
using HandlebarsDotNet;

namespace TestServers.Apps;

/// <summary>The rendered settings of an app for a server.</summary>
public sealed record RenderedSettings(IReadOnlyDictionary<string, string> Files);

/// <summary>A template that does not render; the message names file and cause.</summary>
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

    /// <summary>Renders all files.</summary>
    /// <param name="values">What the templates may name: dictionaries of texts and dictionaries.</param>
    /// <exception cref="UnrenderableTemplate">A template is missing, is malformed, or names something that is not there.</exception>
    public static RenderedSettings Render(AppSettings app, IReadOnlyDictionary<string, object?> values) =>
        new(Names.ToDictionary(name => name, name => RenderOne(Path.Combine(app.Templates, name), values), StringComparer.Ordinal));

    private static string RenderOne(string path, IReadOnlyDictionary<string, object?> values)
    {
        try
        {
            var text = File.ReadAllText(path);
            if (!Compiled.TryGetValue(path, out var compiled) || compiled.Text != text) compiled = Compiled[path] = (text, Language.Compile(text));
            return compiled.Render(values);
        }
        catch (Exception e) when (e is HandlebarsException or IOException or UnauthorizedAccessException)
        {
            throw new UnrenderableTemplate($"The template {path} does not render: {e.Message.TrimEnd('.')}. Correct it; the next build reads it anew.", e);
        }
    }
}
