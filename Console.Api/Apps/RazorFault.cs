using System.Diagnostics;
using RazorLight.Compilation;
using RazorLight.Generation;

namespace TestServers.Apps;

/// <summary>Finds where a Razor template is wrong.</summary>
internal static class RazorFault
{
    /// <summary>A template that is no right Razor, no right C#, or a program that fails.</summary>
    /// <param name="key">What the template is called in the compiled program.</param>
    public static TemplateFault Of(Exception e, string key) =>
        e switch
        {
            TemplateFault fault => fault,
            TemplateGenerationException { Diagnostics: [var first, ..] } => new(
                first.Span.LineIndex + 1 - RazorText.LeadLines,
                first.GetMessage(null),
                e
            ),
            TemplateCompilationException { CompilationDiagnostics: [var first, ..] } => new(
                first.LineSpan is { } at && at.Path == key ? at.StartLinePosition.Line + 1 - RazorText.LeadLines : null,
                first.ErrorMessage,
                e
            ),
            UnknownValue unknown => TemplateFault.OfName(unknown.Name, LineIn(e, key), e),
            _ => new(LineIn(e, key), e.Message, e),
        };

    /// <summary>A value that cannot be written where it stands.</summary>
    public static TemplateFault OfValue(UnwritableValue e, RazorText template, RazorTemplate page)
    {
        var (at, length) = page.Place;
        return TemplateFault.OfValue(
            new(InRazor(e.Message), InRazor(e.Remedy)),
            template.LineOf(at),
            template.NameOf(at, length),
            e
        );
    }

    // The writers of the languages say what Handlebars has.
    private static string InRazor(string sentence) =>
        sentence
            .Replace("three braces in the template write", "@Raw(...) in the template writes", StringComparison.Ordinal)
            .Replace("three braces write", "@Raw(...) writes", StringComparison.Ordinal)
            .Replace("{{quoted NAME}}", "@Quoted(NAME)", StringComparison.Ordinal)
            .Replace("{{quoted ...}}", "@Quoted(...)", StringComparison.Ordinal);

    private static int? LineIn(Exception e, string key) =>
        new StackTrace(e, fNeedFileInfo: true).GetFrames().FirstOrDefault(frame => frame.GetFileName() == key)
            is { } frame
            ? frame.GetFileLineNumber() - RazorText.LeadLines
            : null;
}
