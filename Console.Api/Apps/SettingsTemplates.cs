using System.Collections.Concurrent;
using System.Text;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;
using HandlebarsDotNet.IO;

namespace TestServers.Apps;

/// <summary>The rendered settings of an app for a server.</summary>
public sealed record RenderedSettings(IReadOnlyDictionary<string, string> Files)
{
    /// <summary>The data time that they were rendered with.</summary>
    public DateTimeOffset? DataTime { get; init; }
}

/// <summary>
/// Renders an app's settings from Handlebars templates, the front end's own mustache syntax. The files are read at
/// every build, so that a change in a template counts from the next build on; one that has not changed is not
/// compiled again. What is inserted is quoted for the place where it stands, in the language of the file; three
/// braces insert it as it is, and {{quoted x}} brings its own quotes.
/// </summary>
public static class SettingsTemplates
{
    /// <summary>The files that make up an app's settings.</summary>
    public static readonly string[] Names = ["apache.conf", "wsgi.py", "settings.py"];

    private const string NextTime = "the next build reads it anew";
    private const int MostBytes = 256 * 1024;
    private static readonly IHandlebars Language = CreateLanguage();
    private static readonly ConcurrentDictionary<string, Compiled> Known = new(StringComparer.Ordinal);

    private sealed record Compiled(
        string Text,
        TemplateText Template,
        HandlebarsTemplate<TextWriter, object, object> Render
    );

    /// <summary>Renders all files.</summary>
    /// <param name="values">What the templates may name: dictionaries of texts, secrets and dictionaries.</param>
    /// <exception cref="UnrenderableTemplate">
    /// A template is missing, is malformed, names something that is not there, or has a value that cannot be
    /// written where it stands.
    /// </exception>
    public static RenderedSettings Render(AppSettings app, IReadOnlyDictionary<string, object?> values) =>
        new(
            Names.ToDictionary(
                name => name,
                name => RenderOne(Path.Combine(app.Templates, name), values),
                StringComparer.Ordinal
            )
        );

    private static string RenderOne(string path, IReadOnlyDictionary<string, object?> values)
    {
        var text = "";
        using var site = SiteWriter.For(path);
        try
        {
            text = WithLineFeeds(Read(path));
            var compiled =
                Known.TryGetValue(path, out var known) && known.Text == text ? known : Known[path] = Compile(text);
            return site.Collect(into => compiled.Render(into, values));
        }
        catch (Exception e) when (Innermost(e) is UnwritableValue unwritable)
        {
            var at = new TemplateText(text).Expressions.ElementAtOrDefault(site.Expression);
            throw new UnrenderableTemplate(
                path,
                at?.Line,
                at?.Name,
                $"the value {at?.Name} cannot be written: {unwritable.Message}",
                $"{unwritable.Remedy} {Capital(NextTime)}.",
                e
            );
        }
        // Whatever the library throws, and its exceptions have no common base: the template is what is wrong.
        catch (Exception e)
        {
            var (line, why) = TemplateFault.Of(e, text, Language);
            throw new UnrenderableTemplate(path, line, null, why, $"Correct it; {NextTime}.", e);
        }
    }

    // What is no text would reach the server as another one than the file's, without a word.
    private static string Read(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MostBytes })
            throw new InvalidDataException($"it has more than {MostBytes / 1024} KiB");
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path));
            return text.Contains('\0', StringComparison.Ordinal)
                ? throw new InvalidDataException("it holds a NUL")
                : text.TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("it is not UTF-8", e);
        }
    }

    // Python and Apache do not agree on what a carriage return is: nobody has to.
    private static string WithLineFeeds(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);

    private static Compiled Compile(string text)
    {
        var template = new TemplateText(text);
        return new(text, template, Language.Compile(new StringReader(template.Marked)));
    }

    private static IHandlebars CreateLanguage()
    {
        var language = Handlebars.Create(
            new HandlebarsConfiguration { TextEncoder = new Encoder(), ThrowOnUnresolvedBindingExpression = true }
        );
        language.Configuration.FormatterProviders.Add(new SecretFormatter());
        language.RegisterHelper(TemplateText.Mark, (HandlebarsHelper)Note);
        language.RegisterHelper("quoted", (HandlebarsHelper)WriteWithQuotes);
        return language;
    }

    private static void Note(EncodedTextWriter into, Context context, Arguments arguments) =>
        SiteWriter.Current.Expression = (int)arguments[0]!;

    private static void WriteWithQuotes(EncodedTextWriter into, Context context, Arguments arguments) =>
        SiteWriter.Current.WriteWithQuotes(OnlyOf(arguments));

    private static object OnlyOf(Arguments arguments) =>
        arguments.Length != 1 ? throw new HandlebarsException("quoted takes the name of one value")
        : arguments[0] is UndefinedBindingResult undefined
            ? throw new HandlebarsUndefinedBindingException(undefined.Value, undefined.Value)
        : arguments[0] ?? "";

    private sealed class Encoder : ITextEncoder
    {
        public IFormatProvider? FormatProvider { get; }

        public void Encode(StringBuilder? text, TextWriter target) => Encode(text?.ToString(), target);

        public void Encode(string? text, TextWriter target) => ((SiteWriter)target).WriteValue(text ?? "");

        public void Encode<T>(T? text, TextWriter target)
            where T : IEnumerator<char>
        {
            var whole = new StringBuilder();
            while (text?.MoveNext() == true)
                whole.Append(text.Current);
            Encode(whole.ToString(), target);
        }
    }

    private sealed class SecretFormatter : IFormatterProvider, IFormatter
    {
        public bool TryCreateFormatter(Type type, out IFormatter formatter)
        {
            formatter = this;
            return type == typeof(SecretText);
        }

        public void Format<T>(T value, in EncodedTextWriter writer) =>
            SiteWriter.Current.WriteSecret((SecretText)(object)value!, writer.SuppressEncoding);
    }
}
