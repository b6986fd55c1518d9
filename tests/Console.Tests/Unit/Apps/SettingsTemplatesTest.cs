using TestServers.Apps;

namespace TestServers.Tests.Unit.Apps;

public sealed class SettingsTemplatesTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{{colour}}", "(line 3): there is no value colour for it")]
    [InlineData("{{server.colour}}", "(line 3): there is no value server.colour for it")]
    [InlineData("{{#if colour.of}}x{{/if}}", "(line 3): there is no value colour.of for it")]
    [InlineData("{{#if path}}", "(line 3): Reached end of template")]
    [InlineData("{{/if}}", "(line 3): A closing element")]
    [InlineData("{{#if path}}\n{{}}\n{{/if}}", "(line 4): Reached unparseable token")]
    [InlineData("{{#if path}}\n{{/each}}\n{{/if}}", "(line 4): A closing element")]
    [InlineData("{{path", "(line 3): Token")]
    [InlineData("{{> other}}", ": Referenced partial name 'other'")]
    public void A_template_that_does_not_render_names_file_line_and_cause(string fault, string sentence)
    {
        var said = Assert
            .Throws<UnrenderableTemplate>(() =>
                Render($"{{{{#if path}}}}\n{{{{server.name}}}}{{{{/if}}}} # on colour\n{fault}\nthe end\n")
            )
            .Message;
        Assert.True(said.Contains(sentence, StringComparison.Ordinal), said);
        Assert.StartsWith($"The template {_folder["settings.py"]} does not render", said, StringComparison.Ordinal);
        Assert.EndsWith("Correct it; the next build reads it again.", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_that_is_missing_is_named() =>
        Assert.Contains(
            "wsgi.py",
            Assert.Throws<UnrenderableTemplate>(() => Render("", except: "wsgi.py")).Message,
            StringComparison.Ordinal
        );

    public static TheoryData<byte[], string> NoTexts =>
        new()
        {
            { [.. "# Gr"u8, 0xFC, 0xDF, (byte)'e'], "it is not UTF-8" },
            { [.. "# a"u8, 0, (byte)'b'], "it holds a NUL" },
            { new byte[256 * 1024 + 1], "it has more than 256 KiB" },
        };

    [Theory]
    [MemberData(nameof(NoTexts))]
    public void A_template_that_is_no_text_is_told(byte[] bytes, string why)
    {
        Render("");
        File.WriteAllBytes(_folder["settings.py"], bytes);
        Assert.Equal(
            $"The template {_folder["settings.py"]} does not render: {why}. Correct it; the next build reads it again.",
            Assert.Throws<UnrenderableTemplate>(() => RenderAsItIs()).Message
        );
    }

    [Fact]
    public void Every_file_of_the_folder_is_one_of_the_site_but_for_what_editors_leave()
    {
        Render("");
        foreach (var name in (string[])["b.ini", ".env", "a.sh.cshtml", "apache-two.conf"])
            File.WriteAllText(_folder[name], "x\n");
        File.SetUnixFileMode(_folder["a.sh.cshtml"], UnixFileMode.UserRead);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_000_000);
        foreach (
            var name in (string[])["b.ini~", ".b.ini.swp", "wsgi.py.orig", "wsgi.py.bak", "#wsgi.py#", ".gitignore"]
        )
            File.WriteAllText(_folder[name], "{{none}}\n");
        Directory.CreateDirectory(_folder["folder"]);
        Assert.Equal(
            ["apache.conf", "wsgi.py", "settings.py", ".env", "a.sh", "apache-two.conf", "b.ini"],
            RenderAsItIs().Files.Keys
        );
    }

    [Fact]
    public void A_kind_says_which_files_must_be_there()
    {
        File.WriteAllText(_folder["apache.conf"], "x\n");
        Assert.Equal(["apache.conf"], RenderAsItIs("static").Files.Keys);
        Assert.Contains(
            "nginx.conf",
            Assert.Throws<UnrenderableTemplate>(() => RenderAsItIs("gunicorn-nginx")).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(["apache.conf"], RenderAsItIs("of-the-owner").Files.Keys);
        File.Delete(_folder["apache.conf"]);
        Assert.StartsWith(
            $"The template {_folder.Path} does not render: it has 0 templates, and a site has 1 to 30 files.",
            Assert.Throws<UnrenderableTemplate>(() => RenderAsItIs("of-the-owner")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("my file.ini", "it has a name with more than 50 characters, or others than ASCII letters")]
    [InlineData("bücher.ini", "it has a name with")]
    [InlineData("-x.ini", "it has a name with")]
    [InlineData("123456789012345678901234567890123456789012345678901", "it has a name with")]
    public void A_file_that_no_site_can_have_is_told(string name, string why)
    {
        Render("");
        File.WriteAllText(_folder[name], "");
        var said = Assert.Throws<UnrenderableTemplate>(() => RenderAsItIs()).Message;
        Assert.StartsWith($"The template {_folder[name]} does not render: {why}", said, StringComparison.Ordinal);
        Assert.EndsWith(
            "Give it another name, or take it out. The next build reads it again.",
            said,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void More_files_or_bytes_than_a_server_takes_are_told()
    {
        Render("");
        for (var i = 0; i < 27; i++)
            File.WriteAllText(_folder[$"{i}.ini"], new('x', 200 * 1024));
        var said = Assert.Throws<UnrenderableTemplate>(() => RenderAsItIs()).Message;
        Assert.Contains("its files have more than 4 MiB together", said, StringComparison.Ordinal);
        File.WriteAllText(_folder["more.ini"], "");
        said = Assert.Throws<UnrenderableTemplate>(() => RenderAsItIs()).Message;
        Assert.Contains("it has 31 templates, and a site has 1 to 30 files", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_a_template()
    {
        Render("");
        File.WriteAllBytes(_folder["settings.py"], [0xEF, 0xBB, 0xBF, .. "x = 1"u8]);
        Assert.Equal("x = 1", RenderAsItIs().Files["settings.py"]);
    }

    [Fact]
    public void The_largest_template_takes_no_time()
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        Render(new('x', 256 * 1024));
        Assert.InRange(since.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public void Three_braces_write_a_value_as_it_is() =>
        Assert.Equal("a<b>&'\"", Render("{{{path}}}").Files["settings.py"]);

    [Fact]
    public void A_value_within_quotes_is_that_value_for_Python() =>
        Assert.Equal("'a<b>&\\'\\\"'", Render("'{{path}}'").Files["settings.py"]);

    private RenderedSite Render(string text, string? except = null)
    {
        foreach (var name in TemplateFile.Names.Where(n => n != except))
            File.WriteAllText(_folder[name], name == "settings.py" ? text : "");
        return RenderAsItIs();
    }

    private RenderedSite RenderAsItIs(string? kind = null)
    {
        var app = new AppSettings(AppName.From("shop")!, new(RepositoryKind.Svn, "svn://none/shop"), _folder.Path)
        {
            Kind = kind is null ? null : SiteKind.From(kind),
        };
        return SiteTemplates.Render(
            app,
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["path"] = "a<b>&'\"",
                ["server"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["name"] = "qa01" },
            }
        );
    }
}
