using System.Net;
using System.Text;
using System.Text.Json;

namespace TestServers.Apps;

/// <summary>The forms in which programs write a secret.</summary>
internal static class SecretForms
{
    /// <summary>
    /// As it is, in a text of Python's or JSON, in an address, in HTML, in a shell's quotes, and as the host programs
    /// are sent it.
    /// </summary>
    public static IEnumerable<string> Of(string secret) =>
        [
            secret,
            secret.Replace(@"\", @"\\", StringComparison.Ordinal),
            .. InPython(secret),
            .. InJson(secret),
            .. InAddresses(secret),
            .. InHtml(secret),
            .. InShell(secret),
            Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
        ];

    // repr() escapes the quote that it writes, or none where the other kind will do.
    private static string[] InPython(string secret)
    {
        var escaped = SiteWriter.Escaped(secret);
        var single = escaped.Replace("\\\"", "\"", StringComparison.Ordinal);
        return
        [
            escaped,
            single,
            single.Replace(@"\'", "'", StringComparison.Ordinal),
            escaped.Replace(@"\'", "'", StringComparison.Ordinal),
        ];
    }

    // .NET escapes what HTML could take amiss; json.dumps escapes what is not ASCII, or with ensure_ascii=False and
    // like JSON.stringify only what it must; some write \/ for /.
    private static IEnumerable<string> InJson(string secret)
    {
        string[] forms =
        [
            JsonSerializer.Serialize(secret)[1..^1],
            JsonText(secret, c => c is < ' ' or > '~'),
            JsonText(secret, c => c is < ' '),
        ];
        return forms.Concat(forms.Select(f => f.Replace("/", @"\/", StringComparison.Ordinal)));
    }

    private static string JsonText(string secret, Func<char, bool> byNumber) =>
        string.Concat(
            secret.Select(c =>
                c switch
                {
                    '"' or '\\' => $"\\{c}",
                    '\n' => @"\n",
                    '\r' => @"\r",
                    '\t' => @"\t",
                    '\b' => @"\b",
                    '\f' => @"\f",
                    _ => byNumber(c) ? $"\\u{(int)c:x4}" : c.ToString(),
                }
            )
        );

    // urllib.parse.quote keeps slashes, quote_plus has + for a blank.
    private static string[] InAddresses(string secret)
    {
        var all = Uri.EscapeDataString(secret);
        return
        [
            all,
            all.Replace("%2F", "/", StringComparison.Ordinal),
            all.Replace("%20", "+", StringComparison.Ordinal),
            WebUtility.UrlEncode(secret),
        ];
    }

    private static IEnumerable<string> InHtml(string secret)
    {
        var text = secret
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
        yield return WebUtility.HtmlEncode(secret);
        foreach (var quote in (string[])["\"", "&quot;", "&#34;"])
        foreach (var apostrophe in (string[])["'", "&#39;", "&#x27;"])
            yield return text.Replace("\"", quote, StringComparison.Ordinal)
                .Replace("'", apostrophe, StringComparison.Ordinal);
    }

    // shlex.quote's way to leave single quotes, and that of bash.
    private static string[] InShell(string secret) =>
        [
            secret.Replace("'", "'\"'\"'", StringComparison.Ordinal),
            secret.Replace("'", @"'\''", StringComparison.Ordinal),
        ];
}
