using System.Diagnostics;
using System.Text;

namespace TestServers.Tests.Unit.Apps;

/// <summary>
/// What a value makes of files in languages that the console does not know, by the words of a shell and of Python's
/// reader of .ini files.
/// </summary>
public sealed class StrictTemplatesTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly BothLanguages _both = new();

    public void Dispose()
    {
        _folder.Dispose();
        _both.Dispose();
    }

    [Theory]
    [InlineData("V={{x}}")]
    [InlineData("V=\"{{x}}\"")]
    [InlineData("V='{{x}}'")]
    [InlineData("V={{quoted x}}")]
    [InlineData("export V=\"a {{x}} b\"", "a ", " b")]
    [InlineData("V={{x}}\"{{x}}\"", "", "", 2)]
    [InlineData("# {{x}}\nV=before", "before", "", 0)]
    [InlineData("  # it's {{x}} \\\nV=before", "before", "", 0)]
    [InlineData(": <<END\n# {{x}}\nEND\nV=before", "before", "", 0)]
    [InlineData("V=\"\n# {{x}}\"; V=before", "before", "", 0)]
    public async Task Every_text_is_read_back_equal_by_a_shell_or_refused_and_nothing_else_happens(
        string line,
        string before = "",
        string after = "",
        int times = 1
    )
    {
        var script = new StringBuilder();
        var written = new List<string>();
        foreach (var text in HostileTexts.All)
        {
            try
            {
                var part = _both.Render(".env", line + "\n", Values(text));
                written.Add(before + string.Concat(Enumerable.Repeat(text, times)) + after);
                script.Append(part).Append("printf '%s\\0' \"$V\"\n");
            }
            catch (UnrenderableTemplate e)
            {
                Assert.Equal("x", e.ValueName);
                Assert.True(times > 0, e.Message);
            }
        }
        Assert.InRange(written.Count, times == 0 ? HostileTexts.All.Count : 20, HostileTexts.All.Count);
        Assert.Equal(written, await ReadBack("/bin/dash", script.ToString()));
    }

    [Fact]
    public async Task Every_text_is_read_back_equal_from_an_ini_file_or_refused()
    {
        var ini = new StringBuilder("[all]\n");
        var written = new List<string>();
        foreach (var text in HostileTexts.All)
        {
            try
            {
                ini.Append(_both.Render("a.ini", $"v{written.Count} = {{{{x}}}}\n", Values(text)));
                written.Add(text);
            }
            catch (UnrenderableTemplate e)
            {
                Assert.Equal("x", e.ValueName);
            }
        }
        File.WriteAllText(_folder["a.ini"], ini.ToString());
        const string Read = """
            import configparser, sys
            read = configparser.ConfigParser()
            read.read(sys.argv[1], encoding='utf-8')
            sys.stdout.buffer.write(''.join(v + '\0' for v in read['all'].values()).encode())
            """;
        Assert.Equal(written, await ReadBack("/usr/bin/python3", Read, _folder["a.ini"]));
    }

    [Theory]
    [InlineData("listen {{x}};", "80; return 200 x")]
    [InlineData("root \"{{x}}\";", "a\"; include /etc/passwd; #")]
    [InlineData("root ${{x}};", "document_root")]
    [InlineData("set $a \"${ {{x}} }\";", "a-b")]
    [InlineData("{{x}} on;", "a/b")]
    [InlineData("* * * * * run {{x}}", "a%b")]
    [InlineData("run {{x}}", "-rf")]
    [InlineData("V={{x}}", "~")]
    [InlineData("V={{x}}", "a b")]
    [InlineData("V=$({{x}})", "a b")]
    [InlineData("V=a{{quoted x}}", "a")]
    [InlineData("V='it'\\''s {{x}}'", "a b")]
    [InlineData("V=\"a\\\" {{x}}\"", "a;b")]
    public void What_might_act_is_refused_with_its_line_and_a_remedy(string line, string value)
    {
        var fault = Assert.Throws<UnrenderableTemplate>(() => _both.Render("nginx.conf", "\n" + line, Values(value)));
        Assert.Equal((2, "x"), (fault.Line, fault.ValueName));
    }

    [Theory]
    [InlineData("listen {{x}};", "[::1]", false)]
    [InlineData("listen {{x}};", "127.0.0.1:8080", true)]
    [InlineData("  proxy_pass http://{{x}}/;", "unix:/srv/app/run.sock", true)]
    [InlineData("server_name \"{{x}}\";", "føø bar", true)]
    [InlineData("V=\"{{x}}\"", "~/a b", true)]
    [InlineData("V={{x}}", "postgres://shop@db1:5432/copy_shop_qa07", true)]
    [InlineData("{{x}}=1", "DEBUG", true)]
    public void A_plain_value_is_written_as_it_is(string line, string value, bool isTaken)
    {
        if (isTaken)
            Assert.Equal(
                line.Replace("{{x}}", value, StringComparison.Ordinal),
                _both.Render("nginx.conf", line, Values(value))
            );
        else
            Assert.Throws<UnrenderableTemplate>(() => _both.Render("nginx.conf", line, Values(value)));
    }

    [Fact]
    public void Three_braces_write_any_value() =>
        Assert.Equal("V=$(id) ; #\n", _both.Render("a.sh", "V={{{x}}}\n", Values("$(id) ; #")));

    private static Dictionary<string, object?> Values(string text) => new(StringComparer.Ordinal) { ["x"] = text };

    private async Task<string[]> ReadBack(string program, string script, params string[] arguments)
    {
        var file = _folder["script"];
        File.WriteAllText(file, script);
        var start = new ProcessStartInfo(program, [file, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        Assert.Equal("", await process.StandardError.ReadToEndAsync());
        return (await said).Split('\0')[..^1];
    }
}
