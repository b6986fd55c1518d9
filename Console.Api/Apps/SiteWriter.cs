using System.Globalization;
using System.Text;

namespace TestServers.Apps;

/// <summary>
/// One file of a site while it is rendered. It follows where in its language the text has come to (code, a quoted
/// text of which kind, a comment), so that each value is written as its place asks, and read back as it was. Text
/// of the template itself, and what stands in triple braces, is written as it is.
/// </summary>
internal abstract class SiteWriter : TextWriter
{
    private const int MostShown = 40;
    private const int Most = 1024 * 1024;
    private readonly StringBuilder _text = new();

    // The library gives helpers and formatters no way to the writer that a rendering was begun with; it never
    // leaves its thread.
    [ThreadStatic]
    private static SiteWriter? _current;

    /// <summary>The one that this thread renders into.</summary>
    public static SiteWriter Current => _current ?? throw new InvalidOperationException("Nothing is rendered now.");

    /// <summary>The number of the template's expression whose value comes next.</summary>
    public int Expression { get; set; } = -1;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>By the file's name: .conf is also what nginx and others call theirs.</summary>
    public static SiteWriter For(string file) =>
        file.EndsWith(".py", StringComparison.Ordinal) ? new PythonWriter()
        : IsApaches(file) ? new ApacheWriter()
        : new StrictWriter();

    private static bool IsApaches(string file) =>
        file.EndsWith(".conf", StringComparison.Ordinal)
        && (
            file.StartsWith("apache", StringComparison.Ordinal)
            || file.EndsWith(".apache.conf", StringComparison.Ordinal)
        );

    /// <summary>A text as it stands between Python's quotes.</summary>
    public static string Escaped(string text)
    {
        using var python = new PythonWriter();
        return python.Collect(_ => python.WriteWithQuotes(text))[1..^1];
    }

    /// <summary>Has something rendered into this one, and gives its text back.</summary>
    public string Collect(Action<TextWriter> render)
    {
        _current = this;
        try
        {
            render(this);
            return _text.ToString();
        }
        finally
        {
            _current = null;
        }
    }

    public override void Write(char value)
    {
        if (_text.Length >= Most)
            throw new TemplateFault(null, $"it makes more than {Most / 1024} KiB");
        Follow(value);
        _text.Append(value);
    }

    public override void Write(string? value)
    {
        foreach (var c in value ?? "")
            Write(c);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        foreach (var c in buffer.AsSpan(index, count))
            Write(c);
    }

    /// <summary>Writes a value as its place asks.</summary>
    /// <exception cref="UnwritableValue">It cannot be written there.</exception>
    public void WriteValue(string value) => _text.Append(value.Length == 0 ? "" : Quoted(value));

    /// <summary>Writes a secret, or, where people see it, what stands for it.</summary>
    /// <param name="asItIs">It stands in triple braces.</param>
    /// <exception cref="UnwritableValue">It cannot be written there.</exception>
    public void WriteSecret(SecretText secret, bool asItIs)
    {
        try
        {
            if (secret.IsHidden)
                Hide(secret.Value ?? "", asItIs);
            else if (asItIs)
                Write(secret.Value);
            else
                WriteValue(secret.Value!);
        }
        catch (UnwritableValue e)
        {
            throw new UnwritableValue(
                "it is secret, so not shown here, and this place in the template cannot hold it",
                e.Remedy
            );
        }
    }

    private void Hide(string secret, bool asItIs)
    {
        if (asItIs)
        {
            foreach (var c in secret)
                Follow(c);
        }
        else if (secret.Length > 0)
            Quoted(secret);
        _text.Append(SecretText.Hidden);
    }

    /// <summary>Writes a value with quotes of its own around it.</summary>
    /// <exception cref="UnwritableValue">It cannot be written there.</exception>
    public void WriteWithQuotes(object value)
    {
        EnsureQuotesMayBegin();
        Write(Quote);
        if (value is SecretText secret)
            WriteSecret(secret, asItIs: false);
        else
            WriteValue(value.ToString() ?? "");
        Write(Quote);
    }

    /// <summary>The quote to write around a whole value.</summary>
    protected abstract char Quote { get; }

    /// <exception cref="UnwritableValue">A quoted text cannot begin here.</exception>
    protected abstract void EnsureQuotesMayBegin();

    /// <summary>Goes on over a letter that is about to be written.</summary>
    protected abstract void Follow(char c);

    /// <summary>Gives a value, which is not empty, as its place asks, and goes on over it.</summary>
    protected abstract string Quoted(string value);

    /// <summary>Writes something that nobody has asked for, to keep two things apart.</summary>
    protected void Separate() => _text.Append(' ');

    /// <summary>
    /// A text that ends no line and hides nothing, for comments and messages: what cannot be seen is told by its
    /// number.
    /// </summary>
    public static string Visible(string text)
    {
        var visible = new StringBuilder();
        for (var at = 0; at < text.Length; at += LengthAt(text, at))
            visible.Append(IsPlain(text, at) ? text.AsSpan(at, LengthAt(text, at)) : NumberOf(text, at));
        return visible.ToString();
    }

    /// <summary>The same, not longer than a message needs.</summary>
    public static string Shortened(string text) => Visible(text.Length <= MostShown ? text : text[..MostShown] + "...");

    /// <summary>One letter as Python's number of it; it is read in double quotes and in single ones.</summary>
    public static string NumberOf(string text, int at) =>
        LengthAt(text, at) == 2 ? $"\\U{char.ConvertToUtf32(text, at):x8}"
        : text[at] < 0x80 ? $"\\x{(int)text[at]:x2}"
        : $"\\u{(int)text[at]:x4}";

    /// <summary>2 where two chars are one letter.</summary>
    public static int LengthAt(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    /// <summary>
    /// Whether a letter can be seen: no control or format character, no separator but the blank, no half of a letter.
    /// </summary>
    public static bool IsPlain(string text, int at) =>
        text[at] == ' '
        || (
            LengthAt(text, at) == 1 && char.IsSurrogate(text[at])
                ? false
                : CharUnicodeInfo.GetUnicodeCategory(text, at)
                    is not (
                        UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.Surrogate
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.OtherNotAssigned
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                        or UnicodeCategory.SpaceSeparator
                    )
        );
}
