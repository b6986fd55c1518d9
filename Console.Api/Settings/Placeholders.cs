using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>Fills in what the settings say of every server at once: {server}, {number}, {address}, {url}.</summary>
public static partial class Placeholders
{
    private static readonly ServerName[] Examples =
    [
        .. new[] { "qa07", "qa1", "test", "build-15" }.Select(t => ServerName.From(t)!),
    ];

    /// <summary>{number} is the digits at the end of the name, without leading zeros.</summary>
    public static string Fill(string template, ServerName server, string address = "", string url = "") =>
        template
            .Replace("{server}", server.Text, StringComparison.Ordinal)
            .Replace("{number}", NumberOf(server), StringComparison.Ordinal)
            .Replace("{address}", address, StringComparison.Ordinal)
            .Replace("{url}", url, StringComparison.Ordinal);

    /// <summary>
    /// A server's page: an IPv6 address gets the brackets that it has in such addresses, unless the settings write
    /// them.
    /// </summary>
    public static string FillPage(string template, ServerName server, string address, string url = "") =>
        address.Contains(':', StringComparison.Ordinal)
            ? Fill(
                template.Replace("[{address}]", "{address}", StringComparison.Ordinal),
                server,
                $"[{address.Replace("%", "%25", StringComparison.Ordinal)}]",
                url
            )
            : Fill(template, server, address, url);

    /// <summary>How it looks for servers of usual names: what is right for none of them is right for none.</summary>
    internal static IEnumerable<string> Samples(string template, string address = "{server}") =>
        Examples.Select(name => FillPage(template, name, Fill(address, name), $"http://{name}/"));

    /// <summary>Refuses what is in braces and stands for nothing.</summary>
    /// <exception cref="WrongSetting">Something is.</exception>
    internal static void Check(string template, string key, params string[] known)
    {
        foreach (Match found in Braces().Matches(template))
        {
            var name = found.Value.Trim('{', '}');
            if (!found.Value.EndsWith('}') || !known.Contains(name, StringComparer.Ordinal))
                throw WrongSetting.At(
                    key,
                    $"has {string.Join(", ", known.Select(k => $"{{{k}}}"))} and nothing else in braces"
                        + (Nearness.To(name, known) is { } near ? $"; did you mean `{{{near}}}`?" : "")
                );
        }
    }

    [GeneratedRegex(@"\{[^{}]*\}?|\}")]
    private static partial Regex Braces();

    /// <summary>The digits at the end of a server's name, without leading zeros: 7 of qa07.</summary>
    public static string NumberOf(ServerName server)
    {
        var text = server.Text;
        var digits = text[(text.Length - text.Reverse().TakeWhile(char.IsAsciiDigit).Count())..].TrimStart('0');
        return digits.Length > 0 ? digits : "0";
    }
}
