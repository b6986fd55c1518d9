using System.Text;

namespace TestServers.Apps;

/// <summary>The rendered settings of an app for a server.</summary>
public sealed record RenderedSite(IReadOnlyDictionary<string, string> Files)
{
    /// <summary>The data time that they were rendered with.</summary>
    public DateTimeOffset? DataTime { get; init; }
}

/// <summary>
/// Renders the files of an app's site from templates: Razor where a file's name ends in .cshtml, else Handlebars. They
/// are read at every build, so that a change in a template counts from the next build on; one that has not changed is
/// not compiled again. What is inserted is quoted for the place where it stands, in the language of the file.
/// </summary>
public static class SiteTemplates
{
    private const string NextTime = "the next build reads it again";
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Renders all files.</summary>
    /// <param name="values">What the templates may name: dictionaries of texts, secrets and dictionaries.</param>
    /// <exception cref="UnrenderableTemplate">
    /// A template is missing, is malformed, names something that is not there, has a value that cannot be written
    /// where it stands, or is one that others could have written.
    /// </exception>
    public static RenderedSite Render(AppSettings app, IReadOnlyDictionary<string, object?> values) =>
        new(AtMost(app, Of(app).ToDictionary(file => file.Name, file => Render(file, values), StringComparer.Ordinal)));

    /// <summary>Renders those that take no time to compile, and reads the others.</summary>
    /// <exception cref="UnrenderableTemplate">One does not render, or may not be used.</exception>
    internal static void RenderQuickly(AppSettings app, IReadOnlyDictionary<string, object?> values)
    {
        foreach (var file in Of(app))
            _ = file.IsRazor ? Told(file, () => RazorText.Of(file).Text) : Render(file, values);
    }

    /// <summary>Whether an app has templates whose first compilation takes seconds.</summary>
    internal static bool TakeTime(AppSettings app) => Of(app).Any(file => file.IsRazor);

    /// <summary>An app's templates, in the order of <see cref="TemplateFile.AllOf"/>.</summary>
    /// <exception cref="UnrenderableTemplate">There are none, or too many.</exception>
    internal static IReadOnlyList<TemplateFile> Of(AppSettings app)
    {
        var files = TemplateFile.AllOf(app.Templates, app.SiteKind);
        return files.Count is > 0 and <= TemplateFile.Most
            ? files
            : throw Unusable(app, $"it has {files.Count} templates, and a site has 1 to {TemplateFile.Most} files");
    }

    // What the program on the servers takes in one call.
    private static Dictionary<string, string> AtMost(AppSettings app, Dictionary<string, string> texts) =>
        texts.Values.Sum(Encoding.UTF8.GetByteCount) <= MostBytes
            ? texts
            : throw Unusable(app, $"its files have more than {MostBytes / 1024 / 1024} MiB together");

    private static UnrenderableTemplate Unusable(AppSettings app, string why) =>
        new(
            app.Templates,
            null,
            null,
            why,
            "Correct the folder; the next build reads it again.",
            new TemplateFault(null, why)
        );

    private static string Render(TemplateFile file, IReadOnlyDictionary<string, object?> values) =>
        Told(
            file,
            () =>
            {
                using var site = SiteWriter.For(file.Name);
                return file.IsRazor
                    ? RazorTemplates.Render(RazorText.Of(file), site, values)
                    : HandlebarsTemplates.Render(file, file.Read(), site, values);
            }
        );

    private static string Told(TemplateFile file, Func<string> render)
    {
        try
        {
            return render();
        }
        catch (TemplateFault fault)
        {
            var remedy = fault.Remedy is { } given ? $"{given} {Capital(NextTime)}." : $"Correct it; {NextTime}.";
            throw new UnrenderableTemplate(file.Path, fault.Line, fault.ValueName, fault.Message, remedy, fault);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e.Message.TrimEnd('.');
            throw new UnrenderableTemplate(file.Path, null, null, why, $"Correct it; {NextTime}.", e);
        }
    }

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
