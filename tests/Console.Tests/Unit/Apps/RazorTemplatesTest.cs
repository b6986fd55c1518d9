using TestServers.Apps;

namespace TestServers.Tests.Unit.Apps;

/// <summary>What is Razor's alone; what both languages have is asked of both by the tables beside this.</summary>
public sealed class RazorTemplatesTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("@Model.colour", "(line 3): there is no value colour for it")]
    [InlineData("@Model.server.colour", "(line 3): there is no value server.colour for it")]
    [InlineData("@Model.server[\"a-b\"]", "(line 3): there is no value server.a-b for it")]
    [InlineData("@if (Model.server.colour == \"red\") {<text>x</text>}", "(line 3): there is no value server.colour")]
    [InlineData("@{\n  var x = 1;\n  x += Model.server.colour;\n}", "(line 5): there is no value server.colour")]
    [InlineData("@Model.path.colour", "(line 3): 'string' does not contain a definition for 'colour'")]
    [InlineData("@if (true) {", "(line 3): The if block is missing a closing \"}\" character")]
    [InlineData("@login_required", "(line 3): The name 'login_required' does not exist in the current context")]
    [InlineData("@Model.server.name; @(int.Parse(\"x\"))", "(line 3): The input string 'x' was not in a correct")]
    [InlineData("root@Model.path", "(line 3): root@Model.path is an address to Razor, not a value. Write")]
    [InlineData("@section other {x}", "(line 3): The name 'section' does not exist in the current context")]
    [InlineData("@{ Layout = \"other\"; }", "neither layouts nor sections")]
    [InlineData("'@Model.server'", "(line 3): the value server cannot be written: it is not one value, but has some")]
    [InlineData("'@($\"{Model.server}\")'", "(line 3): the value server cannot be written: it is not one value")]
    [InlineData("@{ Model.path = \"x\"; }", "(line 3): the values of a template are not replaced")]
    [InlineData("@{ Model.variables[\"x\"] = 1; }", "(line 3): the values of a template are not replaced")]
    [InlineData("@functions { static int N = int.Parse(\"x\"); }\n@N", "(line 3): The input string 'x' was not in a")]
    [InlineData("@{ Task.Run(() => int.Parse(\"x\")).Wait(); }", "(line 3): The input string 'x' was not in a correct")]
    [InlineData("@{ throw new TimeoutException(\"\"); }", "(line 3): it fails with System.TimeoutException")]
    [InlineData("@{ throw new TimeoutException(\"\\n a \\nb\"); }", "(line 3): a. Correct it")]
    [InlineData("@if (true) {\n#if DEBUG\n}", "(line 3): } expected")]
    [InlineData("# a\u0085b", "(line 3): it holds U+0085, a line break to Razor alone. Leave it out, or write @Raw(")]
    [InlineData("# a\u2029b", "(line 3): it holds U+2029, a line break to Razor alone")]
    [InlineData("@inherits RazorLight.TemplatePage<object>", "(line 3): its @inherits takes away what quotes")]
    [InlineData("@inherits Not.There", "(line 3): its @inherits takes away what quotes its values. Leave it")]
    [InlineData("@while (true) {<text>more of it\n</text>}", "cshtml does not render: it makes more than 1024 KiB")]
    public void A_template_that_does_not_render_names_file_line_and_cause(string fault, string sentence)
    {
        var said = Assert
            .Throws<UnrenderableTemplate>(() =>
                Render($"@if (Has(Model.path)) {{\n<text>x</text>}} # on colour\n{fault}\nthe end\n")
            )
            .Message;
        Assert.True(said.Contains(sentence, StringComparison.Ordinal), said);
        Assert.StartsWith($"The template {_folder["settings.py.cshtml"]} does not", said, StringComparison.Ordinal);
        Assert.EndsWith("he next build reads it again.", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    // It is all that a template could do to tell a line that it does not have.
    [Theory]
    [InlineData("#line 1", "int x = \"\";", "Cannot implicitly convert type 'string' to 'int'")]
    [InlineData("#line 1", "int.Parse(\"x\");", "The input string 'x' was not in a correct format")]
    [InlineData("#line 70", "int x = \"\";", "Cannot implicitly convert type 'string' to 'int'")]
    [InlineData("#line hidden", "int.Parse(\"x\");", "The input string 'x' was not in a correct format")]
    [InlineData("#line 2 \"x\"", "int.Parse(\"x\");", "The input string 'x' was not in a correct format")]
    [InlineData("#line default", "int.Parse(\"x\");", "The input string 'x' was not in a correct format")]
    public void A_line_that_cannot_be_found_is_not_told(string first, string second, string why)
    {
        var fault = Assert.Throws<UnrenderableTemplate>(() => Render($"A = 1\n@{{\n{first}\n{second}\n}}\n"));
        Assert.Null(fault.Line);
        Assert.Contains($"settings.py.cshtml does not render: {why}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_does_not_end_is_given_up_and_not_run_again_until_it_has_ended()
    {
        var loop = $"while (!System.IO.File.Exists(\"{_folder["stop"]}\")) System.Threading.Thread.Sleep(1);";
        var text = $"A = 1\n@{{ {loop} }}\n";
        const string More = "Correct it, and start the console again: until then it takes a processor.";
        Render("");
        var fault = Assert.Throws<TemplateFault>(() => Run(text, TimeSpan.FromMilliseconds(50)));
        Assert.Equal(("it has not ended after 0.05 s", More), (fault.Message, fault.Remedy));
        fault = Assert.Throws<TemplateFault>(() => Run(text, TimeSpan.FromHours(1)));
        Assert.Equal(("it has not ended since it was run last", More), (fault.Message, fault.Remedy));
        Assert.Equal("A = 2", Run("A = 2", TimeSpan.FromMinutes(1)));
        File.WriteAllText(_folder["stop"], "");
        await Wait.Until("it has ended", () => HasEnded(text));
        Assert.Equal("A = 1\n", Run(text, TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData("# anna@@example.com", "# anna@example.com")]
    [InlineData("# a@(Model.server.name)", "# aqa01")]
    [InlineData("# a@@@Model.server.name", "# a@qa01")]
    [InlineData("@{ var to = \"anna@example.com\"; }A = '@to'", "A = 'anna@example.com'")]
    [InlineData("A = '@(\"anna@example.com\")'", "A = 'anna@example.com'")]
    [InlineData("A = '@(\"anna@@example.com\")'", "A = 'anna@@example.com'")]
    [InlineData("@{ // anna@example.com\n}A = 1", "A = 1")]
    [InlineData("@if (1 > 0) {<text><a b=\"c@@d\" e='c@(Model.path.Length)'/></text>}", "<a b=\"c@d\" e='c7'/>")]
    [InlineData("\uFEFF@using System.IO\nA = 1", "A = 1")]
    [InlineData("\r\nA = 1\r@if (true) {\r\n@:B = 2\r\n}\r\n", "\nA = 1\nB = 2\n")]
    [InlineData("@{ var größe = 7; }A = @größe # größe", "A = 7 # größe")]
    [InlineData("A = @(await Task.FromResult(1))", "A = 1")]
    [InlineData("", "")]
    [InlineData("@* anna@Model.path *@x = 1", "x = 1")]
    [InlineData("@@login_required", "@login_required")]
    [InlineData("x = 1 <b and c > 2", "x = 1 <b and c > 2")]
    [InlineData("A = '<a href=\"@Model.path\" b=\"c\">'", "A = '<a href=\"a<b>&\\'\\\"\" b=\"c\">'")]
    [InlineData("A = '<a href=\"/x/@Model.server.name/y\">'", "A = '<a href=\"/x/qa01/y\">'")]
    [InlineData("A = '<a href=\"@(false)\" b=\"@(null)\">'", "A = '<a href=\"False\" b=\"\">'")]
    [InlineData("<VirtualHost *:@(Model.server.name)>", "<VirtualHost *:qa01>")]
    [InlineData("<VirtualHost *:@Model.server.name>", "<VirtualHost *:qa01>")]
    [InlineData("<Location '/@Model.server.name'>", "<Location '/qa01'>")]
    [InlineData("<b @Model.server.name=c>", "<b qa01=c>")]
    [InlineData("<@Model.server.name x=@Model.server.name/>", "<qa01 x=qa01/>")]
    [InlineData("<!-- @Model.server.name -->", "<!-- qa01 -->")]
    [InlineData("<?x @Model.server.name ?>", "<?x qa01 ?>")]
    [InlineData("<![CDATA[@Model.server.name]]>", "<![CDATA[qa01]]>")]
    [InlineData("<script>@Model.server.name", "<script>qa01")]
    [InlineData("<script>a</script> @Model.server.name", "<script>a</script> qa01")]
    [InlineData("<text>@Model.server.name</text>", "<text>qa01</text>")]
    [InlineData("@if (true) {\n@:<VirtualHost *:@(Model.server.name)>\n}\n", "<VirtualHost *:qa01>\n")]
    [InlineData("@if (true) {<text><Files @Model.server.name></Files></text>}", "<Files qa01></Files>")]
    [InlineData("@if (true) {<text><b c=\"@@d\"></b> @@</text>}", "<b c=\"@d\"></b> @")]
    [InlineData("@using System.Globalization\nA = @CultureInfo.InvariantCulture.LCID", "A = 127")]
    [InlineData("@functions { static string Twice(string s) => s + s; }\nA = '@Twice(\"a\")'", "A = 'aa'")]
    [InlineData("\n\nA = @(1)\n\n", "\n\nA = 1\n\n")]
    [InlineData("A = @(1.5)", "A = 1.5")]
    [InlineData("A = @Quoted(Model.path)", "A = 'a<b>&\\'\\\"'")]
    [InlineData("@Raw(Model.path)", "a<b>&'\"")]
    [InlineData("@foreach (var n in new[] { 1, 2 }) {<text>A@(n) = 0\n</text>}", "A1 = 0\nA2 = 0\n")]
    [InlineData("@{ Func<dynamic, object> twice = @<text>@item, @item</text>; }A = @twice(7)", "A = 7, 7")]
    public void What_stands_in_a_template_is_written_as_it_is_meant(string template, string written) =>
        Assert.Equal(written, Render(template));

    [Theory]
    [InlineData("<text><VirtualHost *:@(Model.path)></VirtualHost></text>", "@(Model.path)")]
    [InlineData("<text><VirtualHost *:@Model.path></VirtualHost></text>", "@Model.path")]
    [InlineData("var n = 1; <text>\n<b *:@n></b></text>", "@n", 4)]
    [InlineData("<text><b a@@b></b></text>", "@@b")]
    [InlineData("<text><b :@Model.path=\"@Model.path\"></b></text>", "@Model.path=\"")]
    [InlineData("}</script><b *:@Model.path>@{", "@Model.path")]
    public void A_value_that_Razor_takes_for_text_is_refused(string template, string value, int line = 3)
    {
        var fault = Assert.Throws<UnrenderableTemplate>(() => Render($"@@\n# @(1)\n@{{ {template} }}\n"));
        Assert.Contains(
            $"(line {line}): {value} is text to Razor within a tag, not a value. Begin the line with @: in place of",
            fault.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("# a@b.c", "a@b.c")]
    [InlineData("# x a.b-c+d@b.c, y", "a.b-c+d@b.c")]
    [InlineData("\u00e9@Model.path", "\u00e9@Model.path")]
    [InlineData("# a@@b c@Model.path", "c@Model.path")]
    [InlineData("@if (true) {\n@:a@Model.path\n}", "a@Model.path", 4)]
    [InlineData("@if (true) {<text>\n\na@Model.path</text>}", "a@Model.path", 5)]
    [InlineData("@if (true) {<text><b c='a@Model.path'></b></text>}", "a@Model.path")]
    [InlineData("@if (true) {<text><b c='d a@Model.path e'></b></text>}", "a@Model.path")]
    [InlineData("@if (true) {<text><b c=a@Model.path></b></text>}", "a@Model.path")]
    public void What_Razor_takes_for_an_address_is_refused(string template, string address, int line = 3)
    {
        var said = Assert.Throws<UnrenderableTemplate>(() => Render($"A = 1\n\n{template}\n")).Message;
        Assert.Contains(
            $"(line {line}): {address} is an address to Razor, not a value. Write name@(Model.x) for a value, and "
                + "name@@example for an address.",
            said,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_text_without_values_is_written_letter_by_letter()
    {
        const string Odd = "# \t é \ud83d\ude00 \\\n";
        var text = string.Concat(Enumerable.Range(0, 3000).Select(i => $"x{i} = '<b a=\"{i}\">' {Odd}"));
        Assert.Equal(text, Render(text));
    }

    [Theory]
    [InlineData("'@Model.variables.secret'", "'it\\'s'", "'********'")]
    [InlineData("@Raw(Model.variables.secret)", "it's", "********")]
    [InlineData("A = @Quoted(Model.variables.secret)", "A = 'it\\'s'", "A = '********'")]
    [InlineData("@if (Has(Model.variables.secret)) {<text>yes</text>}", "yes", "yes")]
    public void A_secret_reaches_the_server_and_not_what_people_see(string template, string sent, string shown)
    {
        Assert.Equal(sent, Render(template));
        Assert.Equal(shown, Render(template, hidden: true));
    }

    [Theory]
    [InlineData("'@(\"a\" + Model.variables.secret)'")]
    [InlineData("'@(Model.variables.secret + \"a\")'")]
    [InlineData("'@($\"{Model.variables.secret}\")'")]
    [InlineData("'@Model.variables.secret.Length'")]
    [InlineData("'@Model.variables.secret.Text'")]
    [InlineData("'@Model.variables.secret.ToString()'")]
    [InlineData("'@Model.variables.secret[0]'")]
    [InlineData("@foreach (var c in Model.variables.secret) {<text>@c</text>}")]
    [InlineData("@if (Model.variables.secret == \"it's\") {<text>x</text>}")]
    [InlineData("@if (\"it's\" == Model.variables.secret) {<text>x</text>}")]
    [InlineData("@{ string s = Model.variables.secret; }")]
    [InlineData("'@(((object)Model.variables.secret).ToString())'")]
    public void Nothing_can_be_made_of_a_secret(string template)
    {
        var faults = new[] { true, false }
            .Select(hidden => Assert.Throws<UnrenderableTemplate>(() => Render(template, hidden)))
            .ToList();
        Assert.All(faults, f => Assert.Equal(1, f.Line));
        Assert.DoesNotContain("it's", faults[1].ToString(), StringComparison.Ordinal);
        Assert.Equal(faults[0].Message, faults[1].Message);
    }

    [Theory]
    [InlineData("settings.py.cshtml", 0b110_110_100)]
    [InlineData("settings.py.cshtml", 0b110_100_110)]
    [InlineData("", 0b111_111_101)]
    [InlineData("", 0b111_101_111)]
    public void A_template_that_others_may_write_is_not_run(string place, int mode)
    {
        Render("x");
        File.SetUnixFileMode(_folder[place], (UnixFileMode)mode);
        var fault = Assert.Throws<UnrenderableTemplate>(() => RenderAsItIs());
        Assert.Contains(
            $"it runs as the console does, and others than its owner may write {_folder[place]}. Look at what it has "
                + $"now, then chmod go-w {_folder[place]}. The next build reads it again.",
            fault.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Two_templates_for_one_file_are_one_too_many()
    {
        Render("x");
        File.WriteAllText(_folder["settings.py"], "y");
        var fault = Assert.Throws<UnrenderableTemplate>(() => RenderAsItIs());
        Assert.Contains(": settings.py stands beside it, and one is enough.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_counts_from_the_next_rendering_on_and_many_have_the_compiler_made_anew()
    {
        var before = RazorTemplates.Compilers;
        for (var i = 0; i <= RazorTemplates.MostTexts; i++)
            Assert.Equal($"A = {i}, 'qa01'", Render($"A = {i}, '@Model.server.name'"));
        Assert.True(RazorTemplates.Compilers > before);
    }

    [Fact]
    public void Every_letter_is_written_as_it_is()
    {
        char[] others = ['\r', '@', '\u0085', '\u2028', '\u2029', '\uFEFF'];
        var all = Enumerable
            .Range(1, char.MaxValue - 1)
            .Select(i => (char)i)
            .Where(c => !char.IsSurrogate(c) && !others.Contains(c));
        var text = "# " + string.Concat(all.Select(c => $"{c}"));
        Assert.Equal(text, Render(text));
        var apart = string.Join("@*x*@", text.Chunk(100).Select(part => new string(part)));
        Assert.Equal(text, Render(apart));
    }

    [Fact]
    public async Task Builds_at_once_render_each_its_own()
    {
        Render("A = '@Model.server.name', '@Model.path'\n@for (var i = 0; i < 99; i++) {<text>B@(i) = 1\n</text>}");
        var alone = RenderAsItIs();
        var all = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => RenderAsItIs())));
        Assert.All(all, text => Assert.Equal(alone, text));
    }

    [Fact]
    public void Each_link_on_the_way_to_a_template_is_as_safe_as_the_template()
    {
        Render("x");
        var (on, end) = (_folder["on"], _folder["end"]);
        foreach (var folder in new[] { on, end })
            Directory.CreateDirectory(folder, (UnixFileMode)0b111_000_000);
        File.Move(_folder["settings.py.cshtml"], Path.Combine(end, "template"));
        File.CreateSymbolicLink(Path.Combine(on, "link"), "../end/template");
        File.CreateSymbolicLink(_folder["settings.py.cshtml"], "on/link");
        Assert.Equal("x", RenderAsItIs());
        foreach (var folder in new[] { on, end })
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_000);
            var said = Assert.Throws<UnrenderableTemplate>(() => RenderAsItIs()).Message;
            Assert.Contains($"others than its owner may write {folder}.", said, StringComparison.Ordinal);
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_000_000);
        }
        Assert.Equal("x", RenderAsItIs());
    }

    private string Run(string text, TimeSpan most)
    {
        using var site = SiteWriter.For("settings.py");
        var template = new RazorText(new("settings.py", _folder["settings.py.cshtml"]), text);
        return RazorTemplates.Render(template, site, new Dictionary<string, object?>(StringComparer.Ordinal), most);
    }

    private bool HasEnded(string text)
    {
        try
        {
            Run(text, TimeSpan.FromMinutes(1));
            return true;
        }
        catch (TemplateFault)
        {
            return false;
        }
    }

    private string Render(string text, bool hidden = false)
    {
        foreach (var name in TemplateFile.Names)
        {
            var file = _folder[name + ".cshtml"];
            File.WriteAllText(file, name == "settings.py" ? text : "");
            File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
        }
        return RenderAsItIs(hidden);
    }

    private string RenderAsItIs(bool hidden = false)
    {
        var app = new AppSettings(AppName.From("shop")!, new(RepositoryKind.Svn, "svn://none/shop"), _folder.Path);
        static Dictionary<string, object?> Of(string name, object? value) =>
            new(StringComparer.Ordinal) { [name] = value };
        return SiteTemplates
            .Render(
                app,
                new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["path"] = "a<b>&'\"",
                    ["server"] = Of("name", "qa01"),
                    ["variables"] = Of("secret", new SecretText("it's", hidden)),
                }
            )
            .Files["settings.py"];
    }
}
