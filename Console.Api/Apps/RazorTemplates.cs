using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using RazorLight;
using RazorLight.Compilation;
using RazorLight.Razor;

namespace TestServers.Apps;

/// <summary>
/// Templates in Razor. A template is a program that runs with the console's rights. The first one takes seconds and the
/// memory of a compiler; whoever has none pays neither. What is compiled stays loaded until the console ends, so after
/// many edits the compiler at least, with all it has kept of them, is made anew.
/// </summary>
internal static class RazorTemplates
{
    /// <summary>So many texts one compiler compiles.</summary>
    internal const int MostTexts = 50;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(30);
    private static readonly Lock Compiling = new();
    private static readonly ConcurrentDictionary<string, Task> Endless = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Compiled> Known = new(StringComparer.Ordinal);
    private static Compiler? _compiler;

    private sealed record Compiled(string Text, Func<ITemplatePage> Create);

    /// <summary>How many compilers there have been.</summary>
    internal static int Compilers { get; private set; }

    /// <summary>Renders one; a text that is not another one than before is not compiled again.</summary>
    /// <exception cref="TemplateFault">It does not render.</exception>
    public static string Render(RazorText template, SiteWriter site, IReadOnlyDictionary<string, object?> values) =>
        Render(template, site, values, MostTime);

    /// <summary>Renders one, which may take so long.</summary>
    internal static string Render(
        RazorText template,
        SiteWriter site,
        IReadOnlyDictionary<string, object?> values,
        TimeSpan most
    )
    {
        if (Endless.TryGetValue(template.Key, out var run) && !run.IsCompleted)
            throw Unended("since it was run last");
        var page = PageOf(template);
        try
        {
            return Within(most, template, () => site.Collect(_ => page.Write(site, values)));
        }
        catch (UnwritableValue e)
        {
            throw RazorFault.OfValue(e, template, page);
        }
        // A program may fail in every way.
        catch (Exception e)
        {
            throw RazorFault.Of(e, template);
        }
    }

    // Nothing ends a thread. So a template has one of its own, and one that does not end takes no second one.
    private static string Within(TimeSpan most, RazorText template, Func<string> render)
    {
        var run = Task.Factory.StartNew(
            render,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        if (((IAsyncResult)run).AsyncWaitHandle.WaitOne(most))
            return run.GetAwaiter().GetResult();
        Endless[template.Key] = run;
        throw Unended(string.Create(CultureInfo.InvariantCulture, $"after {most.TotalSeconds:0.##} s"));
    }

    private static TemplateFault Unended(string since) =>
        new(null, $"it has not ended {since}")
        {
            Remedy = "Correct it, and start the console again: until then it takes a processor.",
        };

    private static RazorTemplate PageOf(RazorText template)
    {
        var path = template.File.Path;
        if (!Known.TryGetValue(path, out var known) || known.Text != template.Text)
            known = Compile(template);
        return (RazorTemplate)known.Create();
    }

    private static Compiled Compile(RazorText template)
    {
        var path = template.File.Path;
        lock (Compiling)
        {
            if (Known.TryGetValue(path, out var known) && known.Text == template.Text)
                return known;
            if (_compiler is not { Texts: < MostTexts })
                (_compiler, Compilers) = (new(), Compilers + 1);
            return Known[path] = new(template.Text, _compiler.Compile(template));
        }
    }

    private sealed class Compiler : RazorLightProject
    {
        private readonly IRazorTemplateCompiler _compiler;
        private readonly TemplateFactoryProvider _factories = new();
        private RazorText? _now;

        public Compiler() => _compiler = RazorEngines.Create(this);

        public int Texts { get; private set; }

        public Func<ITemplatePage> Compile(RazorText template)
        {
            (_now, Texts) = (template, Texts + 1);
            try
            {
                return _factories.CreateFactory(_compiler.CompileAsync(template.Key).GetAwaiter().GetResult());
            }
            catch (Exception e)
            {
                throw RazorFault.Of(e, template);
            }
        }

        public override Task<RazorLightProjectItem> GetItemAsync(string templateKey) =>
            Task.FromResult<RazorLightProjectItem>(new Item(templateKey, _now!.Source));

        public override Task<IEnumerable<RazorLightProjectItem>> GetImportsAsync(string templateKey) =>
            Task.FromResult<IEnumerable<RazorLightProjectItem>>([]);

        // RazorLight's own item of a text knows none of the usual namespaces.
        private sealed class Item(string key, string text) : RazorLightProjectItem
        {
            public override string Key => key;

            public override bool Exists => true;

            public override Stream Read() => new MemoryStream(Encoding.UTF8.GetBytes(text));
        }
    }
}
