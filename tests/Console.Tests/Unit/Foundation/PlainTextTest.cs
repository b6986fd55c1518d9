namespace TestServers.Tests.Unit.Foundation;

public sealed class PlainTextTest
{
    [Theory]
    [
        InlineData("basket test"),
        InlineData("Prüfung für Jürgen, ß"),
        InlineData("купить"),
        InlineData("購物籃測試"),
        InlineData("اختبار السلة"),
        InlineData("בדיקה"),
        InlineData("சோதனை"),
        InlineData("🛒 basket ❤️ 👍🏽")
    ]
    [InlineData("e\u0301t\u00e9"), InlineData("#"), InlineData("-"), InlineData("a  b"), InlineData("\u00a0x")]
    public void What_people_write_is_taken(string text) =>
        Assert.Equal(text.Trim(), PlainText.Check(text, "purpose", 200));

    public static TheoryData<int> Unseen()
    {
        var data = new TheoryData<int>();
        foreach (
            var range in new[]
            {
                (0x00, 0x1F),
                (0x7F, 0x9F),
                (0x202A, 0x202E),
                (0x2066, 0x2069),
                (0x200B, 0x200F),
                (0x2060, 0x2064),
                (0xE0000, 0xE007F),
                (0xFE00, 0xFE0D),
            }
        )
            for (var c = range.Item1; c <= range.Item2; c++)
                data.Add(c);
        foreach (
            var c in new[]
            {
                0xAD,
                0x34F,
                0x61C,
                0x115F,
                0x1160,
                0x17B4,
                0x180E,
                0x2028,
                0x2029,
                0x2800,
                0x3164,
                0xFEFF,
                0xFFA0,
                0xFFF9,
                0xE000,
                0xF8FF,
                0x100000,
                0x1D173,
                0xE0100,
            }
        )
            data.Add(c);
        return data;
    }

    [Theory]
    [MemberData(nameof(Unseen))]
    public void What_cannot_be_seen_is_refused_and_named(int code)
    {
        var refused = Assert.Throws<Problem>(() => PlainText.Check($"a{char.ConvertFromUtf32(code)}b", "purpose", 200));
        Assert.Equal(
            (
                400,
                $"The field `purpose` holds U+{code:X4}, "
                    + $"{(code is < 0x20 or (>= 0x7F and < 0xA0) ? "a control character" : "which cannot be seen")}. "
                    + "Use plain text on one line."
            ),
            (refused.Status, refused.Message)
        );
    }

    [Theory]
    [InlineData(0xD800, "D800"), InlineData(0xDC00, "DC00"), InlineData(0xD83D, "D83D")]
    public void Half_a_character_is_refused(int code, string named) =>
        Assert.All(
            [$"a{(char)code}b", $"{(char)code}", $"ab{(char)code}"],
            text =>
                Assert.Contains(
                    $"holds U+{named}",
                    Assert.Throws<Problem>(() => PlainText.Check(text, "purpose", 200)).Message,
                    StringComparison.Ordinal
                )
        );

    [Theory]
    [
        InlineData(null),
        InlineData(""),
        InlineData("   "),
        InlineData("\u00a0\u2003\u3000"),
        InlineData("\u0301\u0302"),
        InlineData(" \u20dd "),
        InlineData("\ufe0f")
    ]
    public void A_text_that_shows_nothing_is_missing(string? text) =>
        Assert.StartsWith(
            "The field `purpose` is missing",
            Assert.Throws<Problem>(() => PlainText.Check(text, "purpose", 200)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_text_that_is_too_long_is_told_by_how_much() =>
        Assert.Equal(
            "The field `purpose` has 201 characters; 200 are allowed.",
            Assert.Throws<Problem>(() => PlainText.Check(new string('x', 201), "purpose", 200)).Message
        );
}
