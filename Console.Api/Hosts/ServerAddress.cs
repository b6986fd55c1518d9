namespace TestServers.Hosts;

/// <summary>Whether the address and page that the settings make of a server's name can be used.</summary>
internal static class ServerAddress
{
    /// <summary>What is wrong, as a sentence, or null.</summary>
    public static string? FaultOf(HostSettings host, string address, string url)
    {
        if (!SettingsRules.IsHost(address))
            return $"its address, `{address}` by `hosts.{host.Name}.address`, is no host name and no IP address.";
        // Without one there is nothing to open.
        if (url.Length == 0)
            return null;
        return
            Uri.TryCreate(url, UriKind.Absolute, out var page)
            && page.Scheme is "http" or "https"
            && SettingsRules.IsHost(page.Host.Trim('[', ']'))
            ? null
            : $"its page, `{url}` by `hosts.{host.Name}.url`, is no http or https address.";
    }
}
