using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>
/// The text of a settings file: UTF-8 with or without a byte order mark, JSON in which comments and a comma behind the
/// last value are allowed.
/// </summary>
public sealed partial class SettingsText : IDisposable
{
    private const int Most = 1 << 20,
        Shown = 80;
    private readonly JsonDocument _document;

    private SettingsText(JsonDocument document) => _document = document;

    /// <summary>The outermost value.</summary>
    public JsonElement Root => _document.RootElement;

    /// <summary>Reads a file.</summary>
    /// <exception cref="WrongSetting">It cannot be read, or is no such text.</exception>
    public static SettingsText Read(string file)
    {
        var bytes = BytesOf(file);
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            throw new WrongSetting("it is UTF-16; save it as UTF-8.");
        // A { or a / and half a character beside it, without a byte order mark.
        if (bytes is [0, not 0, 0, not 0, ..] or [not 0, 0, not 0, 0, ..])
            throw new WrongSetting("it is UTF-16; save it as UTF-8.");
        ReadOnlyMemory<byte> text = bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsMemory(3) : bytes;
        if (FirstBad(text.Span) is { } bad)
            throw new WrongSetting($"{PlaceOf(text.Span, bad)} there is a byte that is no UTF-8; save it as UTF-8.");
        if (text.Span.Trim(" \t\r\n"u8).IsEmpty)
            throw new WrongSetting("it is empty; console.json beside the program describes every key.");
        try
        {
            return new(
                JsonDocument.Parse(
                    text,
                    new()
                    {
                        CommentHandling = JsonCommentHandling.Skip,
                        AllowTrailingCommas = true,
                        MaxDepth = 32,
                    }
                )
            );
        }
        catch (JsonException e)
        {
            throw new WrongSetting(Tell(text.Span, e));
        }
    }

    public void Dispose() => _document.Dispose();

    /// <summary>In which entry of a list a key is, by that entry's name, so that nobody need count.</summary>
    public string PlaceOf(string key)
    {
        for (var end = key.Length - 1; (end = key.LastIndexOf(']', end)) > 0; end--)
        {
            if (
                key != key[..(end + 1)] + ".name"
                && Find(key[..(end + 1)]) is { ValueKind: JsonValueKind.Object } entry
                && entry.TryGetProperty("name", out var name)
                && name.ValueKind == JsonValueKind.String
            )
                return $" (in `{Cut(TextOf(name) ?? "")}`)";
        }
        return "";
    }

    /// <summary>What stands under a key, as "it is ...". What may be a secret is not shown.</summary>
    public string Say(string key)
    {
        if (Find(key) is not { } value)
            return "it is left out";
        var isHidden = Secret().IsMatch(key);
        return value.ValueKind switch
        {
            JsonValueKind.Object => "it is an object",
            JsonValueKind.Array => value.GetArrayLength() == 0 ? "it is an empty list" : "it is a list",
            JsonValueKind.Null => "it is null",
            JsonValueKind.String when TextOf(value) is not { } => "it is no text, as a half of a character is in it",
            JsonValueKind.String when TextOf(value) is "" => "it is empty",
            JsonValueKind.String when isHidden =>
                $"it has {TextOf(value)!.Length} characters, which are not shown here",
            JsonValueKind.String
                when IsWebhook().IsMatch(key) && UrlPath().Match(TextOf(value)!) is { Success: true } found =>
                $"it is `{Cut(found.Value)}...`",
            JsonValueKind.String when IsWebhook().IsMatch(key) =>
                $"it has {TextOf(value)!.Length} characters, which are not shown here",
            JsonValueKind.String => $"it is `{Cut(Masked(TextOf(value)!))}`",
            _ when isHidden => "it is no text and not shown here",
            _ => $"it is {Cut(value.GetRawText())}",
        };
    }

    /// <summary>The text of a value; null when it holds half of a character.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>
    /// Foreign text on one line, at most so much of it as people read. What nobody sees, and may be what is wrong with
    /// it, is shown by its number; so are letters that look like others, where a text is to be told from a plain one.
    /// </summary>
    public static string Cut(string text, bool plain = false)
    {
        var line = string.Concat(text.EnumerateRunes().Select(rune => Show(rune, plain)));
        return line.Length > Shown ? line[..Shown] + "..."
            : line.Trim().Length > 0 ? line
            : "a blank";
    }

    private static string Show(Rune rune, bool plain) =>
        Rune.IsControl(rune) || rune.Value is '`' or ' ' ? " "
        : IsUnseen(rune) || (plain && !rune.IsAscii)
            ? $"\\u{{{rune.Value.ToString("X", CultureInfo.InvariantCulture)}}}"
        : rune.ToString();

    private static bool IsUnseen(Rune rune) => Rune.IsWhiteSpace(rune) || !PlainText.IsVisible(rune);

    private static string Masked(string text) => Password().Replace(text, "$1...@");

    private JsonElement? Find(string key)
    {
        JsonElement? found = Root;
        foreach (Match part in Part().Matches(key))
        {
            if (part.Groups[1].Success)
            {
                var at = int.Parse(part.Groups[1].Value);
                found =
                    found is { ValueKind: JsonValueKind.Array } list && at < list.GetArrayLength() ? list[at] : null;
            }
            else
            {
                found =
                    found is { ValueKind: JsonValueKind.Object } here && here.TryGetProperty(part.Value, out var next)
                        ? next
                        : null;
            }
        }
        return found;
    }

    private static byte[] BytesOf(string file)
    {
        if (FileKinds.BehindLinks(file) is not FileKind.Regular and var kind)
            throw new WrongSetting(
                kind == FileKind.Missing ? "there is no such file." : $"it is {kind.Say()} and no file."
            );
        try
        {
            return new FileInfo(file).Length <= Most
                ? File.ReadAllBytes(file)
                : throw new WrongSetting("it has more than 1 MB, which no settings file has.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new WrongSetting("the console's account may not read it.");
        }
        catch (IOException)
        {
            throw new WrongSetting("it cannot be read from the disk; try again.");
        }
    }

    private static int? FirstBad(ReadOnlySpan<byte> text)
    {
        for (var at = 0; at < text.Length; )
        {
            if (Rune.DecodeFromUtf8(text[at..], out _, out var length) != System.Buffers.OperationStatus.Done)
                return at;
            at += length;
        }
        return null;
    }

    private static string PlaceOf(ReadOnlySpan<byte> text, int at)
    {
        var line = text[..at].Count((byte)'\n') + 1;
        var begin = text[..at].LastIndexOf((byte)'\n') + 1;
        return $"in line {line}, character {Encoding.UTF8.GetCharCount(text[begin..at]) + 1},";
    }

    private static string Tell(ReadOnlySpan<byte> text, JsonException e)
    {
        var begin = 0;
        for (var line = e.LineNumber ?? 0; line > 0 && begin < text.Length; line--)
            begin += text[begin..].IndexOf((byte)'\n') + 1;
        var at = Math.Min(begin + (int)(e.BytePositionInLine ?? 0), text.Length);
        // One character: what follows may be of a secret, and this sentence is seen by all who ask for the health.
        var here =
            Rune.DecodeFromUtf8(text[at..], out var rune, out _) == System.Buffers.OperationStatus.Done
                ? rune.Value switch
                {
                    '\n' or '\r' => " at the end of the line",
                    '\t' => " at a tab",
                    ' ' or '`' => "",
                    _ => IsUnseen(rune) ? $" at U+{rune.Value:X4}, which is invisible" : $" at `{rune}`",
                }
                : "";
        return at == text.Length
            ? $"{PlaceOf(text, at)} it ends too early; a bracket or quotation mark is not closed."
            : $"{PlaceOf(text, at)} it stops being JSON{here}; look there and just before it for a comma, "
                + "quotation mark or bracket too few or too many.";
    }

    [GeneratedRegex(@"\[(\d+)\]|[^.\[\]]+")]
    private static partial Regex Part();

    /// <summary>Whether an address, or a text with one in it, has a password, which may have a slash in it.</summary>
    public static bool HasPassword(string text) => Password().IsMatch(text);

    // What follows a colon may also be a port.
    [GeneratedRegex(@"(://[^/\s:@\[]*:)(?!\d*/)\S+@")]
    private static partial Regex Password();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9.-]+(:\d+)?/")]
    private static partial Regex UrlPath();

    // What is secret, and what holds such things and may have them written in its place.
    [GeneratedRegex(
        @"\.secrets|sha256\z|\Awebhook\z|\A(webhooks(\[\d+\])?|mail)\z|\Atokens(\[\d+\])?\z|\Aapps\[\d+\]\.database\z"
    )]
    private static partial Regex Secret();

    // Its address is often its key.
    [GeneratedRegex(@"\Awebhook(s\[\d+\])?\.url\z")]
    private static partial Regex IsWebhook();
}
