using System.Text;
using TestServers.Apps;

namespace TestServers.Tests.Unit.Apps;

public sealed class SecretsTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("hunter2")]
    [InlineData("it's \"so\" \\ & <x> é\t%")]
    [InlineData("line one\nline two")]
    public void A_secret_is_hidden_in_every_form_in_which_programs_print_it(string secret)
    {
        var secrets = new Secrets(new ConsoleSettings { Apps = [App(secret)] });
        string[] printed =
        [
            secret,
            $"x{secret}x{secret}",
            $"SECRET = {Render("settings.py", "'{{variables.x}}'", secret)}",
            Render("settings.py", "X = {{quoted variables.x}}", secret),
            System.Text.Json.JsonSerializer.Serialize(new { secret }),
            Uri.EscapeDataString(secret),
            System.Net.WebUtility.HtmlEncode(secret),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
            .. secret.Split('\n'),
        ];
        Assert.All(printed, text => Assert.Contains(SecretText.Hidden, secrets.Hide(text), StringComparison.Ordinal));
        Assert.All(
            printed,
            text => Assert.DoesNotContain(secret.Split('\n')[0], secrets.Hide(text), StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("hunter2/é")]
    [InlineData("it's \"so\"/é \\ & <x>")]
    [InlineData("it's/so é")]
    [InlineData("so \"it\"/is é")]
    public void A_secret_is_hidden_in_Pythons_own_forms_of_it(string secret)
    {
        const string Program = """
            import html, json, shlex, sys, urllib.parse
            s = sys.argv[1]
            for f in (repr, json.dumps, lambda s: json.dumps(s, ensure_ascii=False), shlex.quote, html.escape,
                      urllib.parse.quote, urllib.parse.quote_plus, lambda s: urllib.parse.quote(s, safe='')):
                print('<<' + f(s) + '>>')
            """;
        var start = new System.Diagnostics.ProcessStartInfo("/usr/bin/python3", ["-c", Program, secret])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
            Environment = { ["PYTHONIOENCODING"] = "utf-8", ["LC_ALL"] = "C.UTF-8" },
        };
        using var python = System.Diagnostics.Process.Start(start)!;
        var lines = python.StandardOutput.ReadToEnd().TrimEnd('\n').Split('\n');
        var secrets = new Secrets(new ConsoleSettings { Apps = [App(secret)] });
        Assert.Equal(8, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"\A<<['""]?\*{8}['""]?>>\z", secrets.Hide(line)));
    }

    [Theory]
    [InlineData("a hun\0ter2 b", "a ******** b")]
    [InlineData("\0h\u0001u\u007fn\u0085ter2\0\r", "\0********\0\r")]
    [InlineData("hunt\ter2 and hunter2", "******** and ********")]
    [InlineData("hun\u001bter2\nhunter\0 2", "********\nhunter\0 2")]
    [InlineData("tab\0\tbed, tabbed", "********, ********")]
    [InlineData("\u001b[31mred\u001b[0m\t1", "\u001b[31mred\u001b[0m\t1")]
    public void A_secret_is_hidden_though_control_characters_that_are_taken_out_later_part_it(
        string printed,
        string shown
    ) =>
        Assert.Equal(
            shown,
            new Secrets(new ConsoleSettings { Apps = [App("hunter2"), App("tab\tbed")] }).Hide(printed)
        );

    [Fact]
    public void Of_two_secrets_the_longer_one_leaves_no_rest_and_a_short_one_hides_nothing_else()
    {
        var secrets = new Secrets(new ConsoleSettings { Apps = [App("abcd"), App("abcdefgh"), App("x")] });
        Assert.Equal("******** ******** x", secrets.Hide("abcdefgh abcd x"));
        secrets.Learn("learned");
        Assert.Equal("it is ********", secrets.Hide("it is learned"));
    }

    [Theory]
    [InlineData("X = '{{variables.x}}'", "X = '********'")]
    [InlineData("X = {{quoted variables.x}}", "X = '********'")]
    [InlineData("X = '{{{variables.x}}}'", "X = '********'")]
    [InlineData("{{#if variables.x}}X = '{{variables.x}}'{{/if}}", "X = '********'")]
    [InlineData("{{#each variables}}{{@key}} = '{{this}}'{{/each}}", "x = '********'")]
    [InlineData("{{#with variables}}X = '{{x}}'{{/with}} # {{build.by}}", "X = '********' # anna")]
    public void What_people_see_has_a_secret_hidden_and_what_the_server_gets_has_it(string template, string shown)
    {
        Assert.Equal(shown, Render("settings.py", template, "it-is", hidden: true));
        Assert.Equal(
            shown.Replace(SecretText.Hidden, "it-is", StringComparison.Ordinal),
            Render("settings.py", template, "it-is")
        );
    }

    [Theory]
    [InlineData("{{#each variables.x}}{{this}}{{/each}}")]
    [InlineData("{{#each variables.x}}{{{this}}}{{/each}}")]
    [InlineData("{{#each variables.x}}{{#each this}}{{this}}{{/each}}{{/each}}")]
    [InlineData("{{#each variables}}{{#each this}}{{this}}{{/each}}{{/each}}")]
    [InlineData("{{#variables.x}}{{this}}{{/variables.x}}")]
    [InlineData("{{#with variables.x}}{{this}}{{/with}}")]
    public void What_people_see_has_no_letter_of_a_secret_and_not_their_number(string template)
    {
        Assert.Equal("X = '********'", Render("settings.py", $"X = '{template}'", "it-is", hidden: true));
        Assert.Equal("X = 'it-is'", Render("settings.py", $"X = '{template}'", "it-is"));
    }

    [Theory]
    [InlineData("{{variables.x.Value}}")]
    [InlineData("{{variables.x.value}}")]
    [InlineData("{{variables.x.[0]}}")]
    [InlineData("{{lookup variables.x 0}}")]
    [InlineData("{{lookup variables.x 'Value'}}")]
    public void No_part_of_a_secret_can_be_asked_for_in_what_people_see(string template)
    {
        try
        {
            var shown = Render("settings.py", $"'{template}'", "Qumran", hidden: true);
            Assert.DoesNotContain("Q", shown, StringComparison.Ordinal);
        }
        catch (UnrenderableTemplate e)
        {
            Assert.DoesNotContain("Q", e.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("SetEnv X \"{{variables.x}}\"")]
    [InlineData("SetEnv X {{variables.x}}")]
    public void Both_fail_alike_and_the_fault_does_not_tell_the_secret(string template)
    {
        var faults = new[] { true, false }
            .Select(hidden =>
                Assert.Throws<UnrenderableTemplate>(() => Render("apache.conf", template, "sesame\nopen", hidden))
            )
            .ToList();
        Assert.Equal(faults[0].Reason, faults[1].Reason);
        Assert.Equal("variables.x", faults[0].ValueName);
        Assert.DoesNotContain("x0a", faults[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", faults[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_secret_is_nothing_to_an_if_and_an_unknown_one_is_hidden()
    {
        Assert.Equal("", Render("settings.py", "{{#if variables.x}}X{{/if}}", ""));
        Assert.Equal("X = '********'", Render("settings.py", "X = '{{variables.x}}'", null, hidden: true));
    }

    private AppSettings App(string secret) =>
        new(AppName.From("shop")!, new(RepositoryKind.Svn, "svn://none/shop"), _folder.Path)
        {
            Secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["x"] = secret },
        };

    private string Render(string file, string template, string? secret, bool hidden = false)
    {
        foreach (var name in TemplateFile.Names)
            File.WriteAllText(_folder[name], name == file ? template : "");
        var values = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["variables"] = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["x"] = new SecretText(secret, hidden),
            },
            ["build"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["by"] = "anna" },
        };
        return SiteTemplates.Render(App(secret ?? ""), values).Files[file];
    }
}
