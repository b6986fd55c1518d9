using System.Globalization;
using Microsoft.AspNetCore.Html;
using RazorLight;
using RazorLight.Text;

namespace TestServers.Apps;

/// <summary>
/// What every Razor template derives from. Model has the values; a value is quoted for the place where it stands, in
/// the language of the file.
/// </summary>
public abstract class RazorTemplate : TemplatePage
{
    private SiteWriter _site = null!;
    private string _suffix = "";

    /// <summary>The values.</summary>
    public dynamic Model { get; private set; } = null!;

    /// <summary>Where in the text the expression stands that was written last.</summary>
    internal (int At, int Length) Place { get; private set; }

    /// <inheritdoc/>
    public override TextWriter Output => _site;

    /// <summary>A value as it is, without quotes.</summary>
    public object Raw(object? value) => new Written(site => WriteAsItIs(site, value));

    /// <summary>A value with quotes of its own around it.</summary>
    public object Quoted(object? value) => new Written(site => site.WriteWithQuotes(TextOf(value)));

    /// <summary>Whether there is anything in a value: the one thing that can be asked of a secret.</summary>
    public static bool Has(object? value) =>
        value switch
        {
            null or "" or false => false,
            RazorSecret secret => secret.Text.Any(),
            _ => true,
        };

    internal void Write(SiteWriter site, IReadOnlyDictionary<string, object?> values)
    {
        (_site, Model) = (site, new RazorValues("", values));
        ExecuteAsync().GetAwaiter().GetResult();
        if (Layout is not null || SectionWriters.Count > 0)
            throw new InvalidOperationException("there are neither layouts nor sections here");
    }

    /// <inheritdoc/>
    public override void SetModel(object model) => throw RazorValues.NotReplaced();

    /// <inheritdoc/>
    public override void BeginContext(int position, int length, bool isLiteral)
    {
        if (!isLiteral)
            Place = (position, length);
    }

    /// <inheritdoc/>
    public override void Write(object? value)
    {
        switch (value)
        {
            case Written written:
                written.WriteTo(_site);
                break;
            case RazorSecret secret:
                _site.WriteSecret(secret.Text, asItIs: false);
                break;
            case IRawString raw:
                raw.WriteTo(_site);
                break;
            case IHtmlContent content:
                content.WriteTo(_site, HtmlEncoder);
                break;
            default:
                _site.WriteValue((string)TextOf(value));
                break;
        }
    }

    /// <inheritdoc/>
    public override void Write(string? value) => _site.WriteValue(value ?? "");

    /// <inheritdoc/>
    public override void WriteLiteral(object? value) => _site.Write(value?.ToString());

    /// <inheritdoc/>
    public override void WriteLiteral(string? value) => _site.Write(value);

    // For a part of a template that stands in a variable: it, too, is written where the text has come to.
    /// <inheritdoc/>
    protected override void PushWriter(TextWriter writer) { }

    /// <inheritdoc/>
    protected override TextWriter PopWriter() => _site;

    // <a href="@x"> is an attribute to Razor, which would leave it out where x is false or null: here it is text.
    /// <inheritdoc/>
    public override void BeginWriteAttribute(
        string name,
        string prefix,
        int prefixOffset,
        string suffix,
        int suffixOffset,
        int attributeValuesCount
    )
    {
        _suffix = suffix;
        WriteLiteral(prefix);
    }

    /// <inheritdoc cref="TemplatePageBase.WriteAttributeValue"/>
    public new void WriteAttributeValue(
        string prefix,
        int prefixOffset,
        object? value,
        int valueOffset,
        int valueLength,
        bool isLiteral
    )
    {
        WriteLiteral(prefix);
        if (isLiteral)
        {
            WriteLiteral(value);
            return;
        }
        BeginContext(valueOffset, valueLength, isLiteral: false);
        Write(value);
    }

    /// <inheritdoc/>
    public override void EndWriteAttribute() => WriteLiteral(_suffix);

    private static void WriteAsItIs(SiteWriter site, object? value)
    {
        var text = TextOf(value);
        if (text is SecretText secret)
            site.WriteSecret(secret, asItIs: true);
        else
            site.Write((string)text);
    }

    // A text or a secret.
    private static object TextOf(object? value) =>
        value switch
        {
            RazorSecret secret => secret.Text,
            Written => throw new UnwritableValue("Raw and Quoted do not go together", "Write one of them."),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value?.ToString() ?? "",
        };

    private sealed class Written(Action<SiteWriter> write)
    {
        public void WriteTo(SiteWriter site) => write(site);
    }
}
