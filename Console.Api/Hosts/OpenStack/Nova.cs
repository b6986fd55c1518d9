using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TestServers.Hosts.OpenStack;

/// <summary>A server as Nova shows it.</summary>
/// <param name="Name">Null: its cell is down, and does not say it.</param>
/// <param name="Status">Nova's word, such as SHELVED_OFFLOADED.</param>
/// <param name="Task">What is under way, such as powering-off; null: nothing.</param>
internal sealed record NovaServer(
    string Id,
    string? Name,
    string Status,
    string? Task,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<NovaAddress> Addresses
)
{
    /// <summary>Whether it is no more; only what is asked by `changes-since` says it.</summary>
    public bool IsDeleted => Status is "DELETED" or "SOFT_DELETED";
}

/// <summary>One of a server's addresses.</summary>
internal sealed record NovaAddress(string Network, IPAddress Address, bool IsFloating);

/// <summary>What one call for a list has given.</summary>
/// <param name="Odd">What is listed and not understood, each with the reason.</param>
/// <param name="HasMore">Whether there is another page behind it.</param>
/// <param name="Last">The id of the last, from which the next page goes on.</param>
internal sealed record NovaPage(
    IReadOnlyList<NovaServer> Servers,
    IReadOnlyList<(string Name, string Reason)> Odd,
    bool HasMore,
    string? Last
);

/// <summary>Builds the calls of Nova that the console makes, and reads its answers; calls nobody.</summary>
internal static partial class Nova
{
    /// <summary>
    /// The first version that shows servers of a cell that is down, by their ids alone. In an older one they are
    /// missing, as if they were no more; and so they are in any list that is asked for a page or by a filter.
    /// </summary>
    public const string Version = "2.69";

    /// <summary>A server has some kilobytes.</summary>
    public const int MostBytes = 32 << 20;

    /// <summary>How many are asked for at once; Nova may give fewer.</summary>
    public const int Limit = 1000;

    public static string Who(KeystoneToken token) => $"Nova at {token.Nova}";

    /// <param name="after">The id of the last of the page before.</param>
    /// <param name="since">Only those that have changed since then, also deleted ones.</param>
    public static HttpRequestMessage List(KeystoneToken token, string? after, DateTimeOffset? since)
    {
        // The first page of a whole list says nothing of pages, so that it has those of cells that are down.
        var query = "";
        if (after is not null)
            query = $"?limit={Limit}&marker={Uri.EscapeDataString(after)}";
        else if (since is { } time)
            query =
                $"?limit={Limit}&changes-since="
                + time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return Call(HttpMethod.Get, token, "/servers/detail" + query);
    }

    public static HttpRequestMessage One(KeystoneToken token, string id) =>
        Call(HttpMethod.Get, token, "/servers/" + Uri.EscapeDataString(id));

    /// <summary>Asks for a server.</summary>
    public static HttpRequestMessage Make(KeystoneToken token, JsonObject server)
    {
        var call = Call(HttpMethod.Post, token, "/servers");
        call.Content = Members.Content(server);
        return call;
    }

    /// <summary>Those in whose names this one is; Nova takes it for a regular expression.</summary>
    public static HttpRequestMessage Named(KeystoneToken token, ServerName server) =>
        Call(HttpMethod.Get, token, $"/servers/detail?limit={Limit}&name={Uri.EscapeDataString(server.Text)}");

    public static HttpRequestMessage Delete(KeystoneToken token, string id) =>
        Call(HttpMethod.Delete, token, "/servers/" + Uri.EscapeDataString(id));

    /// <summary>Does something with a server's power.</summary>
    /// <param name="action">The word of the API, with what stands under it.</param>
    public static HttpRequestMessage Act(KeystoneToken token, string id, (string Word, JsonNode? Value) action)
    {
        var call = Call(HttpMethod.Post, token, $"/servers/{Uri.EscapeDataString(id)}/action");
        call.Content = Members.Content(new() { [action.Word] = action.Value });
        return call;
    }

    /// <summary>What has a server of that status do it; null: it is so already.</summary>
    public static (string Word, JsonNode? Value)? ActionFor(string status, PowerAction action) =>
        (action, status) switch
        {
            (PowerAction.Start, "ACTIVE") => null,
            (PowerAction.Start, "SHELVED" or "SHELVED_OFFLOADED") => ("unshelve", null),
            // Of one in this status, it takes nothing gentler.
            (PowerAction.Start, "ERROR") => ("reboot", Hard()),
            (PowerAction.Start, _) => ("os-start", null),
            (PowerAction.Shutdown, "SHUTOFF") => null,
            (PowerAction.Shutdown, _) => ("os-stop", null),
            _ => ("reboot", Hard()),
        };

    /// <summary>The console's word for a status; of one that is on its way from one to another, "no state".</summary>
    public static string StateOf(NovaServer server) =>
        server.Status switch
        {
            "ACTIVE" when server.Task is "powering-off" => "in shutdown",
            "ACTIVE" or "PASSWORD" or "MIGRATING" or "VERIFY_RESIZE" => "running",
            "PAUSED" => "paused",
            "SUSPENDED" => "pmsuspended",
            "SHUTOFF" or "SHELVED" or "SHELVED_OFFLOADED" => "shut off",
            "ERROR" => "crashed",
            _ => "no state",
        };

    /// <exception cref="CloudFault">It is no list of servers.</exception>
    public static NovaPage ReadPage(CloudAnswer answer)
    {
        if (!answer.IsSuccess)
            throw FaultOf(answer);
        using var json = answer.Json();
        if (Members.Of(json.RootElement, "servers", JsonValueKind.Array) is not { } list)
            throw new CloudFault($"{answer.Who} answers something that is no list of servers.");
        var servers = new List<NovaServer>();
        var odd = new List<(string, string)>();
        string? last = null;
        foreach (var item in list.EnumerateArray())
        {
            if (Read(item) is { } server)
            {
                servers.Add(server);
                // Nova finds none of a cell that is down.
                if (server.Name is not null)
                    last = server.Id;
            }
            else
                odd.Add((Members.Text(item, "name") ?? "", "Nova gives it no id, or none that can be one."));
        }
        var more = Members.Items(json.RootElement, "servers_links").Any(l => Members.Text(l, "rel") == "next");
        return new(servers, odd, list.GetArrayLength() > 0 && (more || list.GetArrayLength() >= Limit), last);
    }

    /// <exception cref="CloudFault">It is no server.</exception>
    public static NovaServer ReadOne(CloudAnswer answer)
    {
        if (!answer.IsSuccess)
            throw FaultOf(answer);
        using var json = answer.Json();
        return Members.Of(json.RootElement, "server", JsonValueKind.Object) is { } found && Read(found) is { } server
            ? server
            : throw new CloudFault($"{answer.Who} answers something that is no server.");
    }

    /// <summary>The id of a server that was asked for.</summary>
    /// <exception cref="CloudFault">Nova does not say it.</exception>
    public static string ReadMade(CloudAnswer answer)
    {
        using var json = answer.Json();
        return
            Members.Of(json.RootElement, "server", JsonValueKind.Object) is { } found
            && Members.Text(found, "id") is { } id
            && Id().IsMatch(id)
            ? id
            : throw new CloudFault($"{answer.Who} has taken it, and does not say which server it is.");
    }

    /// <summary>The servers of a list that have exactly this name.</summary>
    /// <exception cref="CloudFault">It is no list, or does not show all.</exception>
    public static IReadOnlyList<SeenServer> ReadSeen(CloudAnswer answer, ServerName name)
    {
        var page = ReadPage(answer);
        if (page.HasMore || page.Servers.Any(s => s.Name is null))
            throw new CloudFault($"{answer.Who} does not show all servers in whose names {name} is.");
        using var json = answer.Json();
        var faults = Members
            .Items(json.RootElement, "servers")
            .Where(s => Members.Text(s, "id") is not null)
            .ToLookup(s => Members.Text(s, "id"), s => FaultIn(s));
        return
        [
            .. page
                .Servers.Where(s => s.Name == name.Text && !s.IsDeleted)
                .Select(s =>
                    s.Status == "ERROR" ? Seen(s) with { Fault = FaultOf(faults[s.Id].FirstOrDefault()) } : Seen(s)
                ),
        ];
    }

    public static SeenServer Seen(NovaServer server) =>
        new(
            server.Id,
            server.Metadata.GetValueOrDefault(MadeState.MarkKey),
            IsUp: server.Status == "ACTIVE",
            $"Nova has it in the status {server.Status}.",
            null
        );

    /// <summary>Why a server is in the status ERROR, where Nova says it.</summary>
    /// <exception cref="CloudFault">It is no server.</exception>
    public static string ReadFault(CloudAnswer answer)
    {
        if (!answer.IsSuccess)
            throw FaultOf(answer);
        using var json = answer.Json();
        return FaultOf(
            Members.Of(json.RootElement, "server", JsonValueKind.Object) is { } found ? FaultIn(found) : null
        );
    }

    /// <summary>What is said where Nova gives no reason.</summary>
    public const string NoReason = "Nova does not say why.";

    private static string FaultOf(string? said) => said is null ? NoReason : $"Nova says: {said.TrimEnd('.', ' ')}.";

    private static string? FaultIn(JsonElement server) =>
        Members.Of(server, "fault", JsonValueKind.Object) is { } fault && Members.Text(fault, "message") is { } message
            ? Found.Clean(message)
            : null;

    public static CloudFault FaultOfMaking(CloudAnswer answer) =>
        answer.Fault(
            (400, "Look at image, flavor, network and key pair of the app's `make` in the settings."),
            (
                403,
                "Where it speaks of a quota, delete servers or have it raised; else the credential of `makeCloud` "
                    + "needs the role member, and access rules for what docs/openstack.md lists."
            ),
            (404, "Look at the address of Nova in Keystone's catalog."),
            (409, "Look at the project's networks and ports.")
        );

    public static CloudFault FaultOf(CloudAnswer answer) =>
        answer.Fault(
            (401, "It does not take the token that Keystone has just given: look at Nova's own settings."),
            (403, "The credential may not do that: it needs the role reader, and to switch power member, too."),
            (404, "Look at the address of Nova in Keystone's catalog."),
            (406, $"It does not know version {Version} of the API: an OpenStack from Stein (2019) on is needed.")
        );

    private static HttpRequestMessage Call(HttpMethod method, KeystoneToken token, string path)
    {
        var call = new HttpRequestMessage(method, token.Nova + path);
        call.Headers.Add("X-Auth-Token", token.Text);
        call.Headers.Add("OpenStack-API-Version", "compute " + Version);
        call.Headers.Add("Accept", "application/json");
        return call;
    }

    private static JsonObject Hard() => new() { ["type"] = "HARD" };

    private static NovaServer? Read(JsonElement item)
    {
        if (Members.Text(item, "id") is not { } id || !Id().IsMatch(id))
            return null;
        var status = Members.Text(item, "status") is { } word && Word().IsMatch(word) ? word : "UNKNOWN";
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Members.Pairs(item, "metadata"))
            metadata[name] = Members.Text(value) ?? "";
        return new(
            id,
            Members.Text(item, "name"),
            status,
            Members.Text(item, "OS-EXT-STS:task_state"),
            metadata,
            [.. AddressesIn(item)]
        );
    }

    private static IEnumerable<NovaAddress> AddressesIn(JsonElement item) =>
        from network in Members.Pairs(item, "addresses")
        where network.Value.ValueKind == JsonValueKind.Array
        from port in network.Value.EnumerateArray()
        let address = IPAddress.TryParse(Members.Text(port, "addr"), out var found) ? found : null
        where address is not null
        // The old one first: it is what people know, and tools take.
        orderby address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1
        select new NovaAddress(network.Name, address, Members.Text(port, "OS-EXT-IPS:type") == "floating");

    [GeneratedRegex(@"\A[A-Za-z0-9-]{1,64}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"\A[A-Z][A-Z_]{0,39}\z")]
    private static partial Regex Word();
}
