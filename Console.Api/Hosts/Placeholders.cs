namespace TestServers.Hosts;

/// <summary>Fills in what the settings say of every server at once: {server}, {number}, {address}, {url}.</summary>
public static class Placeholders
{
    /// <summary>{number} is the digits at the end of the name, without leading zeros.</summary>
    public static string Fill(string template, ServerName server, string address = "", string url = "") =>
        template
            .Replace("{server}", server.Text, StringComparison.Ordinal)
            .Replace("{number}", NumberOf(server), StringComparison.Ordinal)
            .Replace("{address}", address, StringComparison.Ordinal)
            .Replace("{url}", url, StringComparison.Ordinal);

    /// <summary>The digits at the end of a server's name, without leading zeros: 7 of qa07.</summary>
    public static string NumberOf(ServerName server)
    {
        var text = server.Text;
        var digits = text[(text.Length - text.Reverse().TakeWhile(char.IsAsciiDigit).Count())..].TrimStart('0');
        return digits.Length > 0 ? digits : "0";
    }
}
