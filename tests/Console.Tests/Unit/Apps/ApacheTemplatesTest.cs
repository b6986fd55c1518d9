using System.Text;

namespace TestServers.Tests.Unit.Apps;

/// <summary>What a value makes of Apache's settings, by a real Apache's own answers.</summary>
public sealed class ApacheTemplatesTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BothLanguages _both = new();

    public void Dispose()
    {
        _folder.Dispose();
        _both.Dispose();
    }

    [Theory]
    [InlineData("SetEnv V \"{{x}}\"")]
    [InlineData("SetEnv V '{{x}}'")]
    [InlineData("SetEnv V {{x}}")]
    [InlineData("SetEnv V {{quoted x}}")]
    [InlineData("  setenv   V \\\n   \"{{x}}\"")]
    [InlineData("SetEnv V \"{{x}}{{x}}\"", 2)]
    [InlineData("SetEnv V \"\\\\\\\"{{x}}\"", 1, "\\\"")]
    [InlineData("Header always set X-Value \"[{{x}}]\"")]
    [InlineData("Header always set X-Value '[{{x}}]'")]
    [InlineData("Header always set X-Value [{{x}}]")]
    [InlineData("# {{x}}\nSetEnv V \"as it was\"", 0, "as it was")]
    public async Task Every_text_is_read_back_equal_or_refused_and_nothing_else_happens(
        string directive,
        int times = 1,
        string before = ""
    )
    {
        var written = new List<(string Text, string Expected)>();
        var site = new StringBuilder();
        foreach (var text in HostileTexts.All)
        {
            try
            {
                var part = Render($"{directive}\n", text, written.Count);
                site.Append($"<Location \"/{written.Count}\">\n{part}</Location>\n");
                written.Add((text, before + string.Concat(Enumerable.Repeat(text, times))));
            }
            catch (UnrenderableTemplate e)
            {
                Assert.Equal("x", e.ValueName);
                Assert.True(times > 0, e.Message);
            }
        }
        await using var apache = new SiteApache(_folder, site.ToString());
        for (var i = 0; i < written.Count; i++)
            Assert.Equal(
                (written[i].Text, written[i].Expected, ""),
                (written[i].Text, await apache.ValueAt(i), await apache.OtherAt(i))
            );
        // Without control characters, halves of letters and what Apache replaces, all can be written in quotes.
        if (directive.Contains("SetEnv V \"{{x}}\"", StringComparison.Ordinal))
            Assert.All(
                HostileTexts.All.Where(t =>
                    !t.Any(c => c < ' ' || c == 0x7f || char.IsSurrogate(c))
                    && !t.Contains("${", StringComparison.Ordinal)
                ),
                t => Assert.Contains(t, written.Select(w => w.Text))
            );
    }

    [Theory]
    [InlineData("SetEnv V \"{{x}}{PATH}\"", "$")]
    [InlineData("SetEnv V \"${{x}}\"", "{PATH}")]
    [InlineData("SetEnv V \"${ {{x}} }\"", "}\" X \"")]
    [InlineData("RewriteRule ^ \"{{x}}\"", "$1")]
    [InlineData("RewriteRule ^ {{x}}", "|a")]
    [InlineData("Redirect /a \"{{x}}\"", "%{ENV:PATH}")]
    [InlineData("Redirect /a \"%{{x}}\"", "{ENV:PATH}")]
    [InlineData("Header set X \"{{x}}\"", "expr=%{reqenv:PATH}")]
    [InlineData("Header set X \"%{{x}}\"", "s")]
    [InlineData("Header edit X \"{{x}}\" y", ".*")]
    [InlineData("CustomLog \"{{x}}\" common", "|id")]
    [InlineData("Include \"{{x}}\"", "/etc/*")]
    [InlineData("Define V \"{{x}}\"", "a\"b")]
    [InlineData("<Directory \"{{x}}\">", "/*")]
    [InlineData("<VirtualHost *:{{x}}>", "80>\n")]
    [InlineData("{{x}}", "Include /etc/passwd")]
    [InlineData("{{x}} x", "#")]
    [InlineData("ForensicLog \"{{x}}\"", "|/usr/bin/id")]
    [InlineData("ForensicLog {{x}}", "|/usr/bin/id")]
    [InlineData("SSLPassPhraseDialog \"{{x}}\"", "exec:/usr/bin/id")]
    [InlineData("SSLPassPhraseDialog {{x}}", "EXEC:/usr/bin/id")]
    [InlineData("SSLPassPhraseDialog \"ex{{x}}\"", "ec:/usr/bin/id")]
    [InlineData("SSLPassPhraseDialog \"{{x}}:/usr/bin/id\"", "exec")]
    [InlineData("SSLPassPhraseDialog \"{{y}}\" {{x}}:/usr/bin/id", "exec")]
    [InlineData("AuthLDAPBindPassword \"{{x}}\"", "exec:/usr/bin/id")]
    [InlineData("RewriteMap m {{x}}", "prg:/usr/bin/id")]
    [InlineData("SecAuditLog \"{{x}}\"", "|id")]
    [InlineData("ScriptLog '{{x}}'", "|id")]
    [InlineData("ScriptLog {{quoted x}}", "|id")]
    [InlineData("OutputSed \"{{x}}\"", "s/a/$b/w")]
    [InlineData("Use Site \"{{x}}\"", "a\" \"b")]
    [InlineData("UnknownToAll \"{{x}}\"", "a;b")]
    [InlineData("SetHandler \"{{x}}\"", "expr=x")]
    [InlineData("Header set\tX\t{{x}}", "expr=x")]
    [InlineData("Header set X {{x}}=true", "expr")]
    [InlineData("SetEnv V {{x}}", "a b")]
    [InlineData("SetEnv V \"{{x}}\"", "a\nb")]
    [InlineData("SetEnv V a{{quoted x}}", "a")]
    public void What_would_act_is_refused_with_file_line_name_reason_and_remedy(string directive, string value)
    {
        var fault = Assert.Throws<UnrenderableTemplate>(() => Render($"# {{{{n}}}}\n{directive}\n", value, 1));
        Assert.Equal((Path.Combine(_both.Handlebars, "apache.conf"), 2), (fault.File, fault.Line));
        Assert.EndsWith("x", fault.ValueName, StringComparison.Ordinal);
        Assert.StartsWith(
            $"The template {fault.File} does not render (line 2): the value {fault.ValueName} cannot be written: it ",
            fault.Message.Replace("{{quoted ...}} brings", "it brings", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("ForensicLog \\\n{{x}}", "|/usr/bin/id")]
    [InlineData("AuthName \\\n{{x}}", "|/usr/bin/id")]
    [InlineData("AuthName \\\n  \"{{x}}\"", "exec:/usr/bin/id")]
    [InlineData("AuthName {{x}}\\\n:/usr/bin/id", "exec")]
    public void A_line_that_goes_on_makes_no_program_of_a_value(string directive, string value) =>
        Assert.Equal("x", Assert.Throws<UnrenderableTemplate>(() => Render(directive, value, 1)).ValueName);

    [Theory]
    [InlineData("WSGIDaemonProcess {{x}} python-path={{x}}:/b", "shop-2.a_b")]
    [InlineData("<VirtualHost *:{{x}}>", "8080")]
    [InlineData("<VirtualHost {{x}}>", "*:8080")]
    [InlineData("<Directory {{x}}>", "/srv/app/site")]
    [InlineData("<Directory \"{{x}}\">", "/srv/app/my site")]
    [InlineData("ServerAlias {{x}}", "*.shop.example")]
    [InlineData("RewriteCond %{HTTP_HOST} !^{{x}}$", "127.0.0.1")]
    [InlineData("Redirect / {{x}}", "https://shop.example/a?b=c&d=%20e#f")]
    [InlineData("Alias /media \"{{x}}/media\"", "/srv/føø bar")]
    [InlineData("ScriptAlias /cgi \"{{x}}\"", "/srv/a (b)")]
    [InlineData("PassEnv {{x}}", "LANG")]
    [InlineData("SetEnv V \"{{x}}\"", "|exec:expr=")]
    [InlineData("AuthName \"{{x}}\"", "Shop (test); ask Anna!")]
    [InlineData("ErrorDocument 500 \"{{x}}\"", "It's broken, sorry!")]
    [InlineData("Listen {{x}}", "[::1]:8080")]
    [InlineData("Require user {{x}}", "anna")]
    [InlineData("AddType {{x}} .shop", "text/x-shop;charset=utf-8")]
    [InlineData("DirectoryIndex {{x}}", "index.html")]
    [InlineData("Timeout {{x}}", "60")]
    [InlineData("Use Site {{x}}", "shop.example")]
    [InlineData("UnknownToAll \"{{x}}\"", "/srv/my site/føø")]
    [InlineData("UnknownToAll \"{{x}}\"", "executes:x")]
    [InlineData("CustomLog \"|/usr/bin/rotatelogs {{x}}\" common", "/var/log/shop")]
    public void A_harmless_value_is_written_as_it_is(string directive, string value) =>
        Assert.Equal(directive.Replace("{{x}}", value, StringComparison.Ordinal), Render(directive, value, 1));

    [Fact]
    public void Three_braces_write_directives_as_they_are() =>
        Assert.Equal(
            "Require all granted\nOptions None\n",
            Render("{{{x}}}\n", "Require all granted\nOptions None", 1)
        );

    private string Render(string template, string value, int number)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x"] = value,
            ["y"] = "y",
            ["n"] = number.ToString(),
        };
        return _both.Render("apache.conf", template, values);
    }
}
