using System.Collections.Concurrent;
using System.Text;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;
using HandlebarsDotNet.IO;

namespace TestServers.Apps;

/// <summary>
/// Templates in Handlebars, the front end's own mustache syntax. Three braces insert a value as it is, and
/// {{quoted x}} brings its own quotes.
/// </summary>
internal static class HandlebarsTemplates
{
    private static readonly IHandlebars Language = CreateLanguage();
    private static readonly ConcurrentDictionary<string, Compiled> Known = new(StringComparer.Ordinal);

    private sealed record Compiled(
        string Text,
        HandlebarsText Template,
        HandlebarsTemplate<TextWriter, object, object> Render
    );

    /// <summary>Renders one; a text that is not another one than before is not compiled again.</summary>
    /// <exception cref="TemplateFault">It does not render.</exception>
    public static string Render(
        TemplateFile file,
        string text,
        SiteWriter site,
        IReadOnlyDictionary<string, object?> values
    )
    {
        try
        {
            var compiled =
                Known.TryGetValue(file.Path, out var known) && known.Text == text
                    ? known
                    : Known[file.Path] = Compile(text);
            return site.Collect(into => compiled.Render(into, values));
        }
        catch (Exception e) when (Innermost(e) is UnwritableValue unwritable)
        {
            var at = new HandlebarsText(text).Expressions.ElementAtOrDefault(site.Expression);
            throw TemplateFault.OfValue(unwritable, at?.Line, at?.Name, e);
        }
        // Whatever the library throws, and its exceptions have no common base: the template is what is wrong.
        catch (Exception e)
        {
            throw HandlebarsFault.Of(e, text, Language);
        }
    }

    private static Exception Innermost(Exception e) => e.InnerException is null ? e : Innermost(e.InnerException);

    private static Compiled Compile(string text)
    {
        var template = new HandlebarsText(text);
        return new(text, template, Language.Compile(new StringReader(template.Marked)));
    }

    private static IHandlebars CreateLanguage()
    {
        var language = Handlebars.Create(
            new HandlebarsConfiguration { TextEncoder = new Encoder(), ThrowOnUnresolvedBindingExpression = true }
        );
        language.Configuration.FormatterProviders.Add(new SecretFormatter());
        language.RegisterHelper(HandlebarsText.Mark, (HandlebarsHelper)Note);
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
