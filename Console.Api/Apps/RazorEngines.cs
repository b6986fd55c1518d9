using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Razor.Language;
using Microsoft.AspNetCore.Razor.Language.Extensions;
using Microsoft.AspNetCore.Razor.Language.Intermediate;
using Microsoft.CodeAnalysis;
using RazorLight;
using RazorLight.Compilation;
using RazorLight.Instrumentation;
using RazorLight.Razor;

namespace TestServers.Apps;

/// <summary>
/// Makes RazorLight's compiler of templates. It is RazorLight's own but for two things: a template derives from
/// <see cref="RazorTemplate"/>, which quotes what it writes, and says before each value where in its text it has come
/// to. What may be named in a template is what .NET itself has. A template is text to it, not HTML
/// (<see cref="RazorText.Lead"/>).
/// </summary>
internal static partial class RazorEngines
{
    /// <summary>A compiler that knows no template yet.</summary>
    public static IRazorTemplateCompiler Create(RazorLightProject project)
    {
        var options = new RazorLightOptions();
        var roslyn = new RoslynCompilationService(new References(), typeof(RazorLightEngine).Assembly);
        return new RazorTemplateCompiler(new(CreateLanguage(), project, options.Namespaces), roslyn, project, options);
    }

    private static RazorEngine CreateLanguage() =>
        RazorProjectEngine
            .Create(
                RazorConfiguration.Default,
                RazorProjectFileSystem.Create(AppContext.BaseDirectory),
                builder =>
                {
                    builder.Features.Add(new BaseClass());
                    builder.Features.Add(new Places());
                    builder.Features.Add(new RazorLightAssemblyAttributeInjectionPass());
                    builder.AddTargetExtension(
                        new TemplateTargetExtension
                        {
                            TemplateTypeName = "global::RazorLight.Razor.RazorLightHelperResult",
                        }
                    );
                }
            )
            .Engine;

    private sealed class BaseClass : RazorLightTemplateDocumentClassifierPass
    {
        protected override void OnDocumentStructureCreated(
            RazorCodeDocument codeDocument,
            NamespaceDeclarationIntermediateNode @namespace,
            ClassDeclarationIntermediateNode @class,
            MethodDeclarationIntermediateNode method
        )
        {
            base.OnDocumentStructureCreated(codeDocument, @namespace, @class, method);
            @class.BaseType = $"global::{typeof(RazorTemplate).FullName}";
        }
    }

    // What ASP.NET's own Razor did for its diagnostics: BeginContext(place, length, false) before each expression.
    private sealed class Places : IntermediateNodePassBase, IRazorOptimizationPass
    {
        protected override void ExecuteCore(RazorCodeDocument codeDocument, DocumentIntermediateNode documentNode)
        {
            var walker = new Walker(codeDocument.Source);
            walker.EnsureNoBase(documentNode);
            walker.Visit(documentNode);
            foreach (var (parent, expression) in walker.Found)
                parent.Children.Insert(parent.Children.IndexOf(expression), MarkOf(expression.Source!.Value));
        }

        private static CSharpCodeIntermediateNode MarkOf(SourceSpan place) =>
            new()
            {
                Children =
                {
                    new IntermediateToken
                    {
                        Kind = TokenKind.CSharp,
                        Content = $"BeginContext({place.AbsoluteIndex}, {place.Length}, false);",
                    },
                },
            };
    }

    [GeneratedRegex(@"[\w.+-]*\w(?<at>@)\w[\w.]*")]
    private static partial Regex Address();

    private sealed class Walker(RazorSourceDocument source) : IntermediateNodeWalker
    {
        public List<(IntermediateNode Parent, CSharpExpressionIntermediateNode Expression)> Found { get; } = [];

        public override void VisitHtml(HtmlContentIntermediateNode node)
        {
            foreach (var token in node.Children.OfType<IntermediateToken>())
            {
                var at = token.Source!.Value.AbsoluteIndex;
                EnsureNoValue(at, token.Content);
                token.Content = token.Content[Math.Clamp(RazorText.Lead.Length - at, 0, token.Content.Length)..];
            }
            VisitDefault(node);
        }

        // Its base would be another one than RazorTemplate.
        public void EnsureNoBase(DocumentIntermediateNode document)
        {
            if (document.FindDirectiveReferences(InheritsDirective.Directive) is [var found, ..])
                throw new TemplateFault(
                    LineOf(found.Node.Source!.Value.AbsoluteIndex),
                    "its @inherits takes away what quotes its values"
                )
                {
                    Remedy = "Leave it out.",
                };
        }

        public override void VisitHtmlAttribute(HtmlAttributeIntermediateNode node)
        {
            EnsureNoValue(node.Source!.Value.AbsoluteIndex, node.Prefix);
            VisitDefault(node);
        }

        public override void VisitHtmlAttributeValue(HtmlAttributeValueIntermediateNode node)
        {
            foreach (var token in node.Children.OfType<IntermediateToken>())
                EnsureNoValue(token.Source!.Value.AbsoluteIndex, token.Content);
            VisitDefault(node);
        }

        public override void VisitCSharpExpression(CSharpExpressionIntermediateNode node)
        {
            if (node.Source is not null)
                Found.Add((Parent, node));
            VisitDefault(node);
        }

        // What Razor would write without a word: name@Model.x, which is an e-mail address to it, and within <text>,
        // where a tag is HTML, a value that it takes for the tag's own text.
        private void EnsureNoValue(int at, string text)
        {
            for (var i = text.IndexOf('@'); i >= 0; i = text.IndexOf('@', i + 1))
            {
                if (IsOneOfTwo(at, text, i))
                    continue;
                throw Address().Matches(text).FirstOrDefault(a => a.Groups["at"].Index == i) is { } address
                    ? new TemplateFault(LineOf(at + i), $"{address.Value} is an address to Razor, not a value")
                    {
                        Remedy = "Write name@(Model.x) for a value, and name@@example for an address.",
                    }
                    : new TemplateFault(
                        LineOf(at + i),
                        $"{text[i..].Split(' ', '\n', '>')[0]} is text to Razor within a tag, not a value"
                    )
                    {
                        Remedy = "Begin the line with @: in place of <text>, or write the value in quotes.",
                    };
            }
        }

        private int LineOf(int at) => Enumerable.Range(0, at).Count(j => source[j] == '\n') + 1 - RazorText.LeadLines;

        // An @ that is meant to be one is two in the source, one of which is no part of a text.
        private bool IsOneOfTwo(int at, string text, int i) =>
            (i == 0 && source[at - 1] == '@')
            || (i == text.Length - 1 && at + i + 1 < source.Length && source[at + i + 1] == '@');
    }

    // The files that the program itself runs on: neither reference assemblies nor dependency files are needed, and
    // nothing is loaded that is not used.
    private sealed class References : IMetadataReferenceManager
    {
        private static readonly string[] Others =
        [
            "Microsoft.AspNetCore.Html.Abstractions",
            "Microsoft.AspNetCore.Razor",
            "Microsoft.AspNetCore.Razor.Runtime",
            "Microsoft.CSharp",
            "RazorLight",
            "console",
            "mscorlib",
            "netstandard",
        ];

        private static readonly Lazy<IReadOnlyList<MetadataReference>> All = new(() =>
            [
                .. (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "")
                    .Split(Path.PathSeparator)
                    .Where(IsNeeded)
                    .Select(file => MetadataReference.CreateFromFile(file)),
            ]
        );

        public HashSet<MetadataReference> AdditionalMetadataReferences { get; } = [];

        public IReadOnlyList<MetadataReference> Resolve(Assembly assembly) => All.Value;

        private static bool IsNeeded(string file) =>
            Path.GetFileNameWithoutExtension(file) is var name
            && (name.StartsWith("System.", StringComparison.Ordinal) || name is "System" || Others.Contains(name));
    }
}
