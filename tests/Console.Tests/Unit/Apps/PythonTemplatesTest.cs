using System.Diagnostics;

namespace TestServers.Tests.Unit.Apps;

/// <summary>What a value makes of a Python file, by Python's own words.</summary>
public sealed class PythonTemplatesTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BothLanguages _both = new();

    public void Dispose()
    {
        _folder.Dispose();
        _both.Dispose();
    }

    [Fact]
    public void There_are_200_hostile_texts() => Assert.InRange(HostileTexts.All.Distinct().Count(), 200, 1000);

    [Theory]
    [InlineData("'{{x}}'")]
    [InlineData("\"{{x}}\"")]
    [InlineData("'''{{x}}'''")]
    [InlineData("\"\"\"{{x}}\"\"\"")]
    [InlineData("\"\"\"a\"{{x}}\"b\"\"\"", "a\"", "\"b")]
    [InlineData("'''\n'{{x}}\n'''", "\n'", "\n")]
    [InlineData("u'{{x}}'")]
    [InlineData("f'{{x}}'")]
    [InlineData("f'{ 1 }-{{x}}-{ 2!r:>3}'", "1-", "-  2")]
    [InlineData("f'''{{x}}'''")]
    [InlineData("'\\1{{x}}'", "\u0001")]
    [InlineData("'\\x41{{x}}'", "A")]
    [InlineData("'\\N{BULLET}{{x}}'", "•")]
    [InlineData("'\\'{{x}}\\''", "'", "'")]
    [InlineData("'' '' '{{x}}' \"\"")]
    [InlineData("'a' # it's a \" comment\nX += '{{x}}'", "a")]
    [InlineData("{{quoted x}}")]
    [InlineData("{'k': {{quoted x}} }['k']")]
    [InlineData("'{{~x~}}   '")]
    [InlineData("'{{#if y}}{{x}}{{else}}{{x}}{{/if}}'")]
    [InlineData("\"{{#each list}}{{this}}{{/each}}\"")]
    [InlineData("'%s' % ('{{x}}',)")]
    public void Every_text_is_read_back_equal_wherever_Python_has_quotes(
        string expression,
        string before = "",
        string after = ""
    ) => Check(HostileTexts.All.Select(text => (text, Render($"X = {expression}\n", text), before + text + after)));

    [Fact]
    public void Bytes_are_those_of_UTF_8()
    {
        var texts = HostileTexts.All.Where(t => t.EnumerateRunes().All(r => r.Value != 0xfffd)).ToList();
        Check(texts.Select(text => (text, Render("X = b'{{x}}'.decode()\n", text), text)));
        Assert.Contains(
            "which has no bytes",
            Assert.Throws<UnrenderableTemplate>(() => Render("b'{{x}}'", "\ud800")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("# {{x}}\nX = 'as it was'")]
    [InlineData("# en{{x}}: latin-1\nX = 'as it was'")]
    [InlineData("# coding{{x}}latin-1\nX = 'as it was'")]
    [InlineData("#{{x}}{{x}}\n#{{x}}\nX = 'as it was'")]
    [InlineData("X = 'as it was' # {{x}}")]
    public void A_text_in_a_comment_does_nothing(string template) =>
        Check(
            HostileTexts.All.Select(text =>
                (text, Render($"{template}\nY = 'é'\nassert ord(Y) == 233\n", text), "as it was")
            )
        );

    [Theory]
    [InlineData("X = r'{{x}}'")]
    [InlineData("X = r\"\"\"{{x}}\"\"\"")]
    [InlineData("X = rf'{{x}}'")]
    [InlineData("X = rb'{{x}}'.decode()")]
    [InlineData("X = str({{x}})")]
    [InlineData("X = f'{ {{x}} }'")]
    public void A_text_that_cannot_be_written_in_a_place_is_refused_and_all_others_are_read_back_equal(string template)
    {
        var written = new List<(string, string, string)>();
        foreach (var text in HostileTexts.All)
        {
            try
            {
                written.Add((text, Render(template + "\n", text), text));
            }
            catch (UnrenderableTemplate e)
            {
                Assert.Equal(("x", 1), (e.ValueName, e.Line));
            }
        }
        // A name stands for itself; what it means is the template's business.
        Check(
            written.Where(w =>
                !template.Contains("{{x}})", StringComparison.Ordinal)
                    && !template.Contains(" {{x}} ", StringComparison.Ordinal)
                || (w.Item1.Length > 0 && w.Item1.All(char.IsDigit))
            )
        );
        Assert.True(written.Count < HostileTexts.All.Count);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    [InlineData("\n")]
    public void A_value_is_no_code_behind_a_line_that_a_backslash_joins_whatever_ends_it(string end)
    {
        string[] templates =
        [
            $"A = 'x\\{end}y', {{{{x}}}}",
            $"A = u'x\\{end}y', {{{{x}}}}",
            $"A = \"x\\{end}\", {{{{x}}}}",
            $"# a{end}A = {{{{x}}}}",
        ];
        Assert.All(templates, t => Assert.Throws<UnrenderableTemplate>(() => Render(t, "{1/0}")));
        Check([
            ("{1/0}", Render($"X = 'a\\{end}{{{{x}}}}'{end}", "{1/0}"), "a{1/0}"),
            ("{1/0}", Render($"X = f\"\"\"a{end}{{{{x}}}}\"\"\"{end}", "{1/0}"), "a\n{1/0}"),
        ]);
    }

    [Theory]
    [InlineData("x\\\r\ny")]
    [InlineData("x\\\ry")]
    public void A_line_end_in_three_braces_is_read_as_Python_reads_it(string asItIs) =>
        Assert.Throws<UnrenderableTemplate>(() => Render("A = '{{{path}}}', {{x}}", "{1/0}", path: asItIs));

    [Theory]
    [InlineData("DEBUG = {{x}}", "True")]
    [InlineData("PORT = {{x}}", "5432")]
    [InlineData("PORT = {{x}}", "-1.5e3")]
    [InlineData("from {{x}}.settings import *", "shop")]
    [InlineData("import {{x}}", "shop.settings")]
    [InlineData("shop_{{x}} = 1", "07")]
    public void A_number_or_a_name_may_stand_outside_of_quotes(string template, string value) =>
        Assert.Equal(template.Replace("{{x}}", value, StringComparison.Ordinal), Render(template, value));

    [Theory]
    [InlineData("X = {{x}}", "a b")]
    [InlineData("X = {{x}}", "a()")]
    [InlineData("X = {{x}}", "raise")]
    [InlineData("X = {{x}}", "10.0.0.1")]
    [InlineData("X = {{x}}'{ 1 }'", "f")]
    [InlineData("X = '\\N{ {{x}} }'", "BULLET")]
    [InlineData("X = '\\x4{{x}}'", "1")]
    [InlineData("X = '{{quoted x}}'", "a")]
    [InlineData("X = a{{quoted x}}", "a")]
    [InlineData("# {{quoted x}}", "a")]
    public void What_cannot_be_written_is_told_with_file_line_name_reason_and_remedy(string template, string value)
    {
        var fault = Assert.Throws<UnrenderableTemplate>(() => Render("# first\n'{{y}}'\n" + template, value));
        Assert.Equal((Path.Combine(_both.Handlebars, "settings.py"), 3), (fault.File, fault.Line));
        Assert.EndsWith("x", fault.ValueName, StringComparison.Ordinal);
        Assert.StartsWith(
            $"The template {fault.File} does not render (line 3): the value {fault.ValueName} cannot be written: ",
            fault.Message,
            StringComparison.Ordinal
        );
        Assert.EndsWith(" The next build reads it again.", fault.Message, StringComparison.Ordinal);
    }

    // All values of a sample are the same hostile text, and all are read back.
    [Theory]
    [InlineData(
        "shop",
        "settings.py",
        "X = SECRET_KEY\n"
            + "assert ALLOWED_HOSTS + [DEPLOYED['path'], DATABASES['default']['PASSWORD'], "
            + "ROOT_URLCONF[:-5]] == [X] * 5"
    )]
    [InlineData("tickets", "settings.py", "X = SECRET_KEY\nassert INSTALLED_APPS + list(DEPLOYED.values()) == [X] * 8")]
    [InlineData(
        "shop",
        "wsgi.py",
        "X = sys.path[1]\nassert sys.path[0] == X\ndel sys.path[:2], sys, os",
        "from django"
    )]
    public void Every_value_of_a_sample_is_read_back_equal(
        string app,
        string file,
        string question,
        string until = "\0"
    )
    {
        const string OnlyX = "\nfor _ in [n for n in dir() if n.isupper() and n != 'X']: del globals()[_]\ndel _\n";
        var path = Path.Combine(Samples(), app, file);
        var isRazor = !File.Exists(path);
        var template = File.ReadAllText(isRazor ? path + ".cshtml" : path);
        Check(
            HostileTexts.All.Select(text =>
                (
                    text,
                    Render(template, text, file, isRazor: isRazor).Split(until)[0]
                        + $"\n{question}"
                        + (file == "wsgi.py" ? "\n" : OnlyX),
                    text
                )
            )
        );
    }

    private static string Samples() => Sources.Of("scripts/dev/samples/templates");

    [Fact]
    public void Three_braces_write_a_value_as_it_is() =>
        Assert.Equal("X = ['a', \"b\"]", Render("X = {{{x}}}", "['a', \"b\"]"));

    private string Render(
        string template,
        string value,
        string file = "settings.py",
        string? path = null,
        bool isRazor = false
    )
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x"] = value,
            ["y"] = "y",
            ["list"] = (string[])[value],
            ["path"] = path ?? value,
            ["revision"] = value,
            ["dataTime"] = value,
        };
        var nouns = new[]
        {
            "server name address",
            "app name",
            "build id by",
            "database name host port user password",
            "folders site code",
            "variables secretKey",
            "secrets secretKey",
        };
        foreach (var noun in nouns.Select(n => n.Split(' ')))
            values[noun[0]] = noun[1..].ToDictionary(n => n, object? (_) => value, StringComparer.Ordinal);
        return isRazor ? _both.RenderRazor(file, template, values) : _both.Render(file, template, values);
    }

    // Each source in a namespace of its own: X is what is expected.
    private void Check(IEnumerable<(string Text, string Source, string Expected)> cases)
    {
        var list = cases
            .Select(c => new
            {
                text = Units(c.Text),
                source = Units(c.Source),
                expected = Units(c.Expected),
            })
            .ToList();
        Assert.NotEmpty(list);
        File.WriteAllText(_folder["cases.json"], JsonSerializer.Serialize(list));
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["-W", "ignore", "-c", Reader, _folder["cases.json"]])
            start.ArgumentList.Add(argument);
        using var python = Process.Start(start)!;
        var errors = python.StandardError.ReadToEndAsync();
        var said = python.StandardOutput.ReadToEnd();
        Assert.True(said.Length == 0, said.Length > 900 ? said[..900] : said);
        Assert.Equal("", errors.Result);
    }

    private static int[] Units(string text) => [.. text.Select(c => (int)c)];

    private const string Reader = """
        import json, sys
        def text(units): return b''.join(u.to_bytes(2, 'little') for u in units).decode('utf-16-le', 'surrogatepass')
        for case in json.load(open(sys.argv[1])):
            source, expected = text(case['source']), text(case['expected'])
            try:
                made = {}
                exec(compile(source.encode('utf-8'), 'source', 'exec'), made)
                wrong = set(made) - {'X', 'Y'} - {n for n in made if n.startswith('__')}
                if made['X'] != expected or wrong:
                    print('wrong', ascii(text(case['text'])), ascii(source), ascii(made['X']), wrong)
            except BaseException as e:
                print('failed', ascii(text(case['text'])), ascii(source), repr(e))
        """;
}
