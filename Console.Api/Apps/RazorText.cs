using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.Apps;

/// <summary>The text of a Razor template.</summary>
/// <param name="File">Where it stands.</param>
internal sealed partial record RazorText(TemplateFile File, string Text)
{
    /// <summary>
    /// What leads the text that Razor is given: all that follows is a script to it, in which nothing but an @ means
    /// anything. As HTML it would take <c>&lt;VirtualHost *:@(Model.x)&gt;</c> for an odd tag, and a value in it for
    /// the tag's own text.
    /// </summary>
    public const string Lead = "<script>\n";

    /// <summary>How many lines that is.</summary>
    public const int LeadLines = 1;

    /// <summary>The text that Razor is given. All places and lines that it tells are of this one.</summary>
    public string Source { get; } = Lead + Text;

    /// <summary>What it is called in the compiled program, by which a fault finds its line.</summary>
    public string Key { get; } =
        $"{File.Path}#{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))}";

    /// <exception cref="TemplateFault">It must not be used, is no text, or has line breaks of another kind.</exception>
    public static RazorText Of(TemplateFile file)
    {
        var text = file.Read();
        // Razor and C# count them as lines, which nobody else does, and Razor cannot write each of them.
        if (text.IndexOfAny(['\u0085', '\u2028', '\u2029']) is >= 0 and var at)
        {
            var number = ((int)text[at]).ToString("X4", CultureInfo.InvariantCulture);
            throw new TemplateFault(LineOf(text, at), $"it holds U+{number}, a line break to Razor alone")
            {
                Remedy = $"Leave it out, or write @Raw(\"\\u{number}\") in its place.",
            };
        }
        return new(file, text);
    }

    /// <summary>A line of <see cref="Source"/> as Razor or C# tells it, from 1; null when there is none.</summary>
    public int? LineOrNone(int told) =>
        told - LeadLines is var line && line >= 1 && line <= LineOf(Text, Text.Length) ? line : null;

    /// <summary>The line of a place in <see cref="Source"/>, from 1.</summary>
    public int LineOf(int at) => LineOf(Source, at) - LeadLines;

    /// <summary>What an expression in <see cref="Source"/> writes, as the other language would call it.</summary>
    public string NameOf(int at, int length)
    {
        var expression = Source.Substring(at, length);
        return Name().Match(expression) is { Success: true } named ? named.Groups["name"].Value : expression.Trim();
    }

    private static int LineOf(string text, int at) => text.AsSpan(0, at).Count('\n') + 1;

    [GeneratedRegex(@"\bModel\.(?<name>[\w.]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
