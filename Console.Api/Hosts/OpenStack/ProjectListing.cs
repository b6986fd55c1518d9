using System.Net.Sockets;

namespace TestServers.Hosts.OpenStack;

/// <summary>What a project has, as the settings look at it: which servers are meant, and where they are.</summary>
internal static class ProjectListing
{
    /// <param name="onTheirWay">What was asked for: it is listed from the first moment on, and before it has an
    /// address.</param>
    public static HostListing Of(
        OpenStackSettings settings,
        ProjectPicture picture,
        IReadOnlyList<MadeServer> onTheirWay
    )
    {
        bool IsOnItsWay(string name) => onTheirWay.Any(m => m.Name.Text == name);
        var servers = new List<ListedServer>();
        var odd = new List<(string, string)>(picture.Odd);
        var others = new List<string>();
        foreach (var same in picture.Servers.Values.GroupBy(s => s.Name!, StringComparer.Ordinal))
        {
            var meant = same.Where(s => IsMeant(settings, s)).ToList();
            if (meant.Count == 0)
                others.Add(same.Key);
            else if (meant is not [var server])
                odd.Add((same.Key, $"{meant.Count} servers of the project have this name. Rename all but one."));
            else if (AddressOf(settings, server, out var lacking) is var address && lacking is not null)
            {
                if (IsOnItsWay(same.Key))
                    servers.Add(new(same.Key, "no state") { Status = server.Status });
                else
                    odd.Add((same.Key, lacking));
            }
            else
                servers.Add(new(same.Key, Nova.StateOf(server)) { Address = address, Status = server.Status });
        }
        var known = picture.Servers.Values.Select(s => s.Name!).ToHashSet(StringComparer.Ordinal);
        servers.AddRange(
            onTheirWay
                .Where(m => !known.Contains(m.Name.Text))
                .Select(m => new ListedServer(m.Name.Text, "no state") { Status = MadeServers.Asked })
        );
        return new(servers, odd) { Others = others };
    }

    private static bool IsMeant(OpenStackSettings settings, NovaServer server) =>
        settings.Metadata.All(m => server.Metadata.GetValueOrDefault(m.Key) == m.Value);

    /// <param name="lacking">Why it has none, where the settings want one; null: it has.</param>
    /// <returns>Null: it is the one that the host's settings make of the name.</returns>
    private static string? AddressOf(OpenStackSettings settings, NovaServer server, out string? lacking)
    {
        lacking = null;
        if (settings.AddressMetadata is { } key)
        {
            var text = server.Metadata.GetValueOrDefault(key)?.Trim();
            if (text is null || !SettingsRules.IsHost(text))
                lacking = text is null
                    ? $"its metadata have no `{key}`, which `addressMetadata` names as its address."
                    : $"its metadata have `{Found.Clean(text)}` as `{key}`, which is no host name and no IP address.";
            return text;
        }
        if (settings.AddressNetwork is not { } network)
            return null;
        var found = server
            .Addresses.Where(a => a.Network == network)
            .OrderBy(a => a.IsFloating ? 0 : 1)
            .ThenBy(a => a.Address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
            .FirstOrDefault();
        if (found is null)
            lacking = $"it has no address in the network `{network}`, which `addressNetwork` names.";
        return found?.Address.ToString();
    }
}
