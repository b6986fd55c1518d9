using System.Text;

namespace TestServers.Tests.Unit.Settings;

/// <summary>Files as editors leave them, and such as are no settings at all.</summary>
public sealed class SettingsTextTest : IDisposable
{
    private const string Right = """{ "listen": { "loopback": 8080 }, "state": "state" }""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_byte_order_mark_carriage_returns_comments_and_commas_at_the_end_are_taken()
    {
        Write([
            0xEF,
            0xBB,
            0xBF,
            .. Encoding.UTF8.GetBytes(
                "// mine\r\n{ \"listen\": { \"loopback\": 8080, },\r\n/* and */ \"state\": \"ständig\", }\r\n"
            ),
        ]);
        Assert.Equal(_folder["ständig"], Load().State);
    }

    [Theory]
    [InlineData("", "it is empty; console.json beside the program describes every key.")]
    [InlineData(" \r\n\t", "it is empty; console.json beside the program describes every key.")]
    [InlineData("// nothing", "in line 1, character 11, it ends too early; a bracket or quotation mark is not closed.")]
    [InlineData("[]", "it holds no object; it begins with { and ends with }.")]
    [InlineData("null", "it holds no object; it begins with { and ends with }.")]
    [InlineData("\"x\"", "it holds no object; it begins with { and ends with }.")]
    [InlineData(
        "{ \"listen\": ",
        "in line 1, character 13, it ends too early; a bracket or quotation mark is not closed."
    )]
    [InlineData(
        "{\n \"state\": \"a\"\n \"pathBase\": \"\" }",
        "in line 3, character 2, it stops being JSON at `\"`; look there and just before it for "
            + "a comma, quotation mark or bracket too few or too many."
    )]
    [InlineData(
        "{ 'state': 'a' }",
        "in line 1, character 3, it stops being JSON at `'`; look there and just before it for a "
            + "comma, quotation mark or bracket too few or too many."
    )]
    [InlineData(
        Right + "}",
        "in line 1, character 53, it stops being JSON at `}`; look there and just before it for "
            + "a comma, quotation mark or bracket too few or too many."
    )]
    public void What_is_no_JSON_is_told_with_its_place(string text, string said)
    {
        Write(Encoding.UTF8.GetBytes(text));
        Assert.Equal($"The settings file {File_} cannot be used: {said}", Refusal());
    }

    [Theory]
    [InlineData(
        "{\n\u00a0\"state\": \"a\" }",
        "in line 2, character 1, it stops being JSON at U+00A0, which is invisible;"
    )]
    [InlineData(
        "{ \u200b\"state\": \"a\" }",
        "in line 1, character 3, it stops being JSON at U+200B, which is invisible;"
    )]
    [InlineData("\ufeff{}", "in line 1, character 1, it stops being JSON at U+FEFF, which is invisible;")]
    [InlineData("{}\0", "in line 1, character 3, it stops being JSON at U+0000, which is invisible;")]
    [InlineData("{ \"state\": \"a\n\" }", "in line 1, character 14, it stops being JSON at the end of the line;")]
    [InlineData("{ \"state\": \"a\r\n\" }", "in line 1, character 14, it stops being JSON at the end of the line;")]
    [InlineData("{ \"state\": \"a\t\" }", "in line 1, character 14, it stops being JSON at a tab;")]
    public void What_is_no_JSON_and_is_not_seen_is_named(string text, string said)
    {
        // The first byte order mark is taken; what a test puts before its brace is a second one.
        Write([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)]);
        Assert.Contains(said, Refusal(), StringComparison.Ordinal);
    }

    // What is said stands in the log and in the answer of healthz, which asks for no login.
    [Theory]
    [InlineData("{ \"secrets\": { \"cookie\": \"open\" sesame\" } }")]
    [InlineData("{ \"secrets\": { \"cookie\": sesame } }")]
    [InlineData("{ \"secrets\": { \"cookie\": 'sesame' } }")]
    [InlineData("{ \"secrets\": { \"cookie\": \"\\sesame\" } }")]
    [InlineData("{ \"secrets\": { \"cookie\": \"se\nsame\" } }")]
    [InlineData("{ \"secrets\": { \"cookie\"= \"sesame\" } }")]
    [InlineData("sesame")]
    public void What_is_no_JSON_is_not_shown_as_it_may_be_a_secret(string text)
    {
        Write(Encoding.UTF8.GetBytes(text));
        var said = Refusal();
        Assert.Contains("it stops being JSON", said, StringComparison.Ordinal);
        Assert.DoesNotContain("same", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_encoding_is_told_with_its_place()
    {
        Write([.. Encoding.UTF8.GetBytes("{\n  \"state\": \"st"), 0xE4, .. Encoding.UTF8.GetBytes("ndig\" }")]);
        Assert.EndsWith(
            "in line 2, character 15, there is a byte that is no UTF-8; save it as UTF-8.",
            Refusal(),
            StringComparison.Ordinal
        );
        Write([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Right)]);
        Assert.EndsWith("it is UTF-16; save it as UTF-8.", Refusal(), StringComparison.Ordinal);
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            Write(encoding.GetBytes(Right));
            Assert.EndsWith("it is UTF-16; save it as UTF-8.", Refusal(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("true", "there is no such file.")]
    [InlineData("mkdir console.json", "it is a folder and no file.")]
    [InlineData("mkfifo console.json", "it is a pipe and no file.")]
    [InlineData("ln -s /dev/zero console.json", "it is a device and no file.")]
    [InlineData("ln -s nowhere console.json", "there is no such file.")]
    [InlineData("ln -s console.json console.json", "there is no such file.")]
    [InlineData("truncate -s 2M console.json", "it has more than 1 MB, which no settings file has.")]
    [InlineData(
        "truncate -s 1K console.json",
        "in line 1, character 1, it stops being JSON at U+0000, which is invisible; look there "
            + "and just before it for a comma, quotation mark or bracket too few or too many."
    )]
    public void A_file_that_cannot_be_read_is_told(string make, string said)
    {
        Shell.Run(make, _folder.Path);
        Assert.Equal($"The settings file {File_} cannot be used: {said}", Refusal());
    }

    [Fact]
    public void A_deep_or_long_file_takes_no_time()
    {
        foreach (
            var text in new[]
            {
                new string('[', 500_000),
                "{\"" + new string('a', 900_000) + "\": 1}",
                "{\"state\": \"" + new string('é', 400_000) + "\"}",
            }
        )
        {
            Write(Encoding.UTF8.GetBytes(text));
            var began = System.Diagnostics.Stopwatch.StartNew();
            Assert.InRange(Refusal().Length, 1, 700);
            Assert.InRange(began.Elapsed.TotalSeconds, 0, 5);
        }
    }

    private string File_ => _folder["console.json"];

    private void Write(byte[] bytes) => File.WriteAllBytes(File_, bytes);

    private ConsoleSettings Load() => SiteTrial.Load(File_);

    private string Refusal() => Assert.Throws<WrongSetting>(() => Load()).Message;
}
