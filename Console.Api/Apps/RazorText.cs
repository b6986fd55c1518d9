using System.Text.RegularExpressions;

namespace TestServers.Apps;

/// <summary>The text of a Razor template, without what Razor would silently take for something else.</summary>
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

    /// <exception cref="TemplateFault">It must not be used, is no text, or says what it cannot mean.</exception>
    public static RazorText Of(TemplateFile file)
    {
        var text = file.Read();
        // Razor writes name@Model.x as it stands, as it does with an e-mail address.
        if (Address().Match(Comment().Replace(text, WithoutAt)) is { Success: true } found)
            throw new TemplateFault(LineOf(text, found.Index), $"{found.Value} is an address to Razor, not a value")
            {
                Remedy = "Write name@(Model.x) for a value, and name@@example for an address.",
            };
        return new(file, text);
    }

    /// <summary>The line of a place in <see cref="Source"/>, from 1.</summary>
    public int LineOf(int at) => LineOf(Source, at) - LeadLines;

    /// <summary>What an expression in <see cref="Source"/> writes, as the other language would call it.</summary>
    public string NameOf(int at, int length)
    {
        var expression = Source.Substring(at, length);
        return Name().Match(expression) is { Success: true } named ? named.Groups["name"].Value : expression.Trim();
    }

    private static int LineOf(string text, int at) => text.AsSpan(0, at).Count('\n') + 1;

    private static string WithoutAt(Match comment) => comment.Value.Replace('@', ' ');

    [GeneratedRegex(@"[\w.+-]*\w@\w[\w.]*")]
    private static partial Regex Address();

    [GeneratedRegex(@"(?<!@)@\*[\s\S]*?\*@")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bModel\.(?<name>[\w.]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
