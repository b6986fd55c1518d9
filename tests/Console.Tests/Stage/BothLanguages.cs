using System.Text.RegularExpressions;
using TestServers.Apps;

namespace TestServers.Tests.Stage;

/// <summary>
/// Renders an app's templates in both languages: what the one refuses the other does, too, and what they write is the
/// same. Templates are written in Handlebars' words; the same in Razor's is made of them.
/// </summary>
internal sealed partial class BothLanguages : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BothLanguages()
    {
        Directory.CreateDirectory(Handlebars);
        // Whatever the umask: others than the owner may not write Razor templates.
        Directory.CreateDirectory(Razor, (UnixFileMode)0b111_000_000);
    }

    public string Handlebars => _folder["handlebars"];

    public string Razor => _folder["razor"];

    public void Dispose() => _folder.Dispose();

    /// <summary>Renders one file; the others are empty.</summary>
    public string Render(string file, string template, IReadOnlyDictionary<string, object?> values)
    {
        foreach (var name in TemplateFile.Names.Append(file).Distinct())
        {
            File.WriteAllText(Path.Combine(Handlebars, name), name == file ? template : "");
            WriteRazor(name, name == file ? ToRazor(template) : "");
        }
        var (text, fault) = Try(Handlebars, file, values);
        var (inRazor, faultInRazor) = Try(Razor, file, values);
        Assert.Equal((text, fault?.Line, fault?.ValueName), (inRazor, faultInRazor?.Line, faultInRazor?.ValueName));
        if (fault is null)
            return text!;
        Assert.Equal(InRazor(fault.Message), faultInRazor!.Message);
        throw fault;
    }

    /// <summary>Renders one file that is written in Razor's own words.</summary>
    public string RenderRazor(string file, string template, IReadOnlyDictionary<string, object?> values)
    {
        foreach (var name in TemplateFile.Names)
            WriteRazor(name, name == file ? template : "");
        return Try(Razor, file, values) is (var text, null) ? text! : throw new InvalidOperationException("It fails.");
    }

    // The message of a fault as Razor's user reads it.
    private string InRazor(string said) =>
        said.Replace(Handlebars, Razor, StringComparison.Ordinal)
            .Replace(" does not render", ".cshtml does not render", StringComparison.Ordinal)
            .Replace("three braces in the template write", "@Raw(...) in the template writes", StringComparison.Ordinal)
            .Replace("three braces write", "@Raw(...) writes", StringComparison.Ordinal)
            .Replace("{{quoted NAME}}", "@Quoted(NAME)", StringComparison.Ordinal)
            .Replace("{{quoted ...}}", "@Quoted(...)", StringComparison.Ordinal);

    private void WriteRazor(string name, string template)
    {
        var razor = Path.Combine(Razor, name + ".cshtml");
        File.WriteAllText(razor, template);
        File.SetUnixFileMode(razor, (UnixFileMode)0b110_100_100);
    }

    private static (string? Text, UnrenderableTemplate? Fault) Try(
        string folder,
        string file,
        IReadOnlyDictionary<string, object?> values
    )
    {
        var app = new AppSettings(AppName.From("shop")!, new(RepositoryKind.Svn, "svn://none/shop"), folder);
        try
        {
            return (SiteTemplates.Render(app, values).Files[file], null);
        }
        catch (UnrenderableTemplate fault)
        {
            return (null, fault);
        }
    }

    // A template of Handlebars' in Razor.
    private static string ToRazor(string template)
    {
        // What trims the blanks around it has no like in Razor.
        var trimmed = Trimming().Replace(template.Replace("@", "@@", StringComparison.Ordinal), "{{$1}}");
        return Expression().Replace(trimmed, found => ToRazor(found));
    }

    private static string ToRazor(Match found)
    {
        var name = found.Groups["name"].Value;
        return found.Groups["kind"].Value switch
        {
            "{" => $"@Raw(Model.{name})",
            "quoted " => $"@(Quoted(Model.{name}))",
            "#if " => $"@if (Has(Model.{name})) {{<text>",
            "#each " => $"@foreach (var item in Model.{name}) {{<text>",
            "else" => "</text>} else {<text>",
            "/if" or "/each" => "</text>}",
            _ => name == "this" ? "@(item)" : $"@(Model.{name})",
        };
    }

    [GeneratedRegex(@"\s*\{\{~(\w+)~\}\}\s*")]
    private static partial Regex Trimming();

    [GeneratedRegex(
        @"\{\{(?<kind>\{|quoted |\#if |\#each |else|/if|/each|)(?<name>[\w.]*)\}?\}\}",
        RegexOptions.ExplicitCapture
    )]
    private static partial Regex Expression();
}
