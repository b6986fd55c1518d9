using System.Diagnostics;
using System.Reflection;
using RazorLight.Compilation;
using RazorLight.Generation;

namespace TestServers.Apps;

/// <summary>Finds where a Razor template is wrong.</summary>
internal static class RazorFault
{
    /// <summary>A template that is no right Razor, no right C#, or a program that fails.</summary>
    public static TemplateFault Of(Exception e, RazorText template) =>
        e switch
        {
            TemplateFault fault => fault,
            TemplateGenerationException { Diagnostics: [var first, ..] } => new(
                template.LineOrNone(first.Span.LineIndex + 1),
                first.GetMessage(null),
                e
            ),
            TemplateCompilationException { CompilationDiagnostics: [var first, ..] all } => OfCompilation(
                all.FirstOrDefault(d => LineOf(d, template) is not null) ?? first,
                template,
                e
            ),
            UnknownValue unknown => TemplateFault.OfName(unknown.Name, LineIn(e, template), e),
            // What these hold is the fault itself.
            TypeInitializationException
            or TargetInvocationException
            or AggregateException when e.InnerException is { } inner => Of(inner, template),
            _ => new(LineIn(e, template), MessageOf(e), e),
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

    private static TemplateFault OfCompilation(TemplateCompilationDiagnostic told, RazorText template, Exception e) =>
        new(LineOf(told, template), told.ErrorMessage, e);

    private static int? LineOf(TemplateCompilationDiagnostic told, RazorText template) =>
        told.LineSpan is { } at && at.Path == template.Key ? template.LineOrNone(at.StartLinePosition.Line + 1) : null;

    private static string MessageOf(Exception e) =>
        e.Message.Trim() is { Length: > 0 } message ? message : $"it fails with {e.GetType()}";

    private static int? LineIn(Exception e, RazorText template) =>
        new StackTrace(e, fNeedFileInfo: true).GetFrames().FirstOrDefault(f => f.GetFileName() == template.Key)
            is { } frame
            ? template.LineOrNone(frame.GetFileLineNumber())
            : null;
}
