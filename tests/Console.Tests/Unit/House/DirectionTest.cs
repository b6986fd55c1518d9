using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TestServers.Tests.Unit.House;

/// <summary>
/// Dependencies go one way. Every name in the sources is looked up, whatever it is written with, so that a new arrow is
/// seen where it is drawn.
/// </summary>
public sealed partial class DirectionTest
{
    /// <summary>Each folder may use those before it. Program.cs and Startup.cs at the root use all.</summary>
    private static readonly string[] Order =
    [
        "Foundation",
        "Storage",
        "Settings",
        "Commands",
        "HostPrograms",
        "Webhooks",
        "Jobs",
        "Http",
        "Access",
        "Hosts",
        "Reservations",
        "Apps",
        "Databases",
        "History",
        "Builds",
        "Savepoints",
        "Power",
        "Room",
        "Plans",
        "Following",
        "Making",
        "Board",
        "Mail",
        "Messages",
        "Live",
        "Monitoring",
        "Administration",
    ];

    private static readonly string[] AtRoot = ["Program.cs", "Startup.cs"];
    private static readonly Lazy<List<Source>> Read = new(() => [.. ReadAll()]);
    private static readonly Lazy<List<Use>> Used = new(() => [.. FindUses()]);

    [Fact]
    public void Every_folder_has_its_place_in_the_order() =>
        Assert.Equal(
            Order.Order(StringComparer.Ordinal),
            Read.Value.Select(s => s.Folder).Where(f => f.Length > 0).Distinct().Order(StringComparer.Ordinal)
        );

    [Fact]
    public void At_the_root_is_only_what_puts_the_parts_together() =>
        Assert.Equal(AtRoot, Read.Value.Where(s => s.Folder.Length == 0).Select(s => s.File).Order());

    [Fact]
    public void A_file_s_namespace_is_its_folder() =>
        Assert.Empty(
            from source in Read.Value
            let folders = Path.GetDirectoryName(source.File)!.Replace('/', '.')
            let expected = folders.Length == 0 ? "TestServers" : $"TestServers.{folders}"
            let found = source.Tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().ToList()
            where found.Any(n => n.Name.ToString() != expected)
            select $"{source.File} is in {found[0].Name}"
        );

    [Fact]
    public void No_folder_uses_one_that_comes_after_it()
    {
        // A test that finds nothing because nothing was understood would hold whatever is written.
        Assert.True(Used.Value.Count > 5000, $"Only {Used.Value.Count} names were understood.");
        Assert.Empty(
            Used.Value.Where(u => u.Source.Folder.Length > 0)
                .Where(u => u.Folder.Length == 0 || Place(u.Folder) > Place(u.Source.Folder))
                .Select(u => $"{u.Source.File} uses {u.Folder}: {u.Name}")
                .Distinct()
        );
    }

    [Fact]
    public void Tools_know_no_noun()
    {
        string[] tools = ["Foundation", "Storage", "Commands", "Webhooks"];
        // The message's text and address come from the settings.
        string[] alsoKnown = ["Settings"];
        Assert.Empty(
            Used.Value.Where(u => tools.Contains(u.Source.Folder))
                .Where(u => !tools.Contains(u.Folder) && !alsoKnown.Contains(u.Folder))
                .Select(u => $"{u.Source.File} uses {u.Folder}: {u.Name}")
                .Distinct()
        );
    }

    [Fact]
    public void Only_Access_Http_the_Api_files_and_the_start_see_a_request() =>
        Assert.Empty(
            Read.Value.Where(s => s.Text.Contains("HttpContext", StringComparison.Ordinal))
                .Where(s => s.Folder.Length > 0 && s.Folder is not ("Access" or "Http"))
                .Where(s => !s.File.EndsWith("Api.cs", StringComparison.Ordinal))
                .Select(s => s.File)
        );

    [Fact]
    public void Only_the_command_runner_starts_a_process() =>
        Assert.Empty(
            Read.Value.Where(s => s.File != "Commands/CommandRunner.cs")
                .Where(s => ProcessStarts().IsMatch(s.Text))
                .Select(s => s.File)
        );

    [Fact]
    public void Only_Monitoring_knows_Prometheus() =>
        Assert.Empty(
            Read.Value.Where(s => s.Folder != "Monitoring" && PrometheusName().IsMatch(s.Text)).Select(s => s.File)
        );

    [Fact]
    public void Only_one_file_knows_MailKit() =>
        Assert.Empty(
            Read.Value.Where(s => s.File != "Mail/SmtpConnection.cs" && MailName().IsMatch(s.Text)).Select(s => s.File)
        );

    [Fact]
    public void Only_one_file_knows_YamlDotNet() =>
        Assert.Empty(
            Read.Value.Where(s => s.File != "Settings/CloudsYaml.cs")
                .Where(s => s.Text.Contains("YamlDotNet", StringComparison.Ordinal))
                .Select(s => s.File)
        );

    [Fact]
    public void Only_one_file_knows_System_CommandLine() =>
        Assert.Empty(
            Read.Value.Where(s => s.File != "Administration/ConsoleCommands.cs")
                .Where(s => s.Text.Contains("System.CommandLine", StringComparison.Ordinal))
                .Select(s => s.File)
        );

    [Fact]
    public void Only_Storage_and_the_log_of_a_job_write_files() =>
        Assert.Empty(
            Read.Value.Where(s => s.Folder != "Storage" && s.File != "Jobs/JobLog.cs" && Writes().IsMatch(s.Text))
                .Select(s => s.File)
        );

    private static int Place(string folder) => Array.IndexOf(Order, folder);

    private static IEnumerable<Source> ReadAll() =>
        from path in Directory.EnumerateFiles(Sources.Root(), "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Sources.Root(), path)
        where !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal)
        let text = File.ReadAllText(path)
        select new Source(file.Contains('/') ? file.Split('/')[0] : "", file, text, Parse(text, file));

    private static SyntaxTree Parse(string text, string file) =>
        CSharpSyntaxTree.ParseText(text, new(LanguageVersion.Latest, DocumentationMode.Diagnose), file);

    private static IEnumerable<Use> FindUses()
    {
        var made = Path.Combine(Sources.Root(), "obj");
        var usings = Directory.EnumerateFiles(made, "*.GlobalUsings.g.cs", SearchOption.AllDirectories).First();
        var libraries = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(':')
            .Where(l => Path.GetFileName(l) != "console.dll")
            .Select(l => MetadataReference.CreateFromFile(l));
        var all = CSharpCompilation.Create(
            "console",
            [.. Read.Value.Select(s => s.Tree), Parse(File.ReadAllText(usings), usings)],
            libraries,
            new(OutputKind.ConsoleApplication, allowUnsafe: true)
        );
        return Read.Value.SelectMany(source => UsesIn(source, all.GetSemanticModel(source.Tree)));
    }

    private static IEnumerable<Use> UsesIn(Source source, SemanticModel model) =>
        from name in source.Tree.GetRoot().DescendantNodes(descendIntoTrivia: true).OfType<SimpleNameSyntax>()
        let symbol = model.GetSymbolInfo(name).Symbol
        where symbol is not (null or INamespaceSymbol)
        let declared = symbol.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath
        where declared is not null && Read.Value.Any(s => s.File == declared)
        select new Use(source, declared.Contains('/') ? declared.Split('/')[0] : "", symbol.Name);

    private sealed record Source(string Folder, string File, string Text, SyntaxTree Tree);

    private sealed record Use(Source Source, string Folder, string Name);

    [GeneratedRegex(@"CliWrap|Process\.Start|ProcessStartInfo")]
    private static partial Regex ProcessStarts();

    [GeneratedRegex(@"using Prometheus|Prometheus\.")]
    private static partial Regex PrometheusName();

    [GeneratedRegex(@"MailKit\.|MimeKit|using MailKit|using Mime")]
    private static partial Regex MailName();

    [GeneratedRegex(@"File\.(Write|Append|Create|Move|Copy|Replace)|FileMode\.(Create|Append|OpenOrCreate)")]
    private static partial Regex Writes();
}
