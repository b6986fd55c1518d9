using System.Text.Json.Nodes;

namespace TestServers.Hosts.OpenStack;

/// <summary>A server as Nova is asked for it.</summary>
internal static class ServerBody
{
    /// <param name="metadata">What the servers of the project that are meant have; the mark is added.</param>
    public static JsonObject Of(NewServer asked, IReadOnlyDictionary<string, string> metadata)
    {
        var (how, marked) = (asked.How, new JsonObject());
        foreach (var (key, value) in metadata)
            marked[key] = value;
        marked[MadeState.MarkKey] = asked.Made.Mark;
        var server = new JsonObject
        {
            ["name"] = asked.Made.Name.Text,
            ["imageRef"] = how.Image,
            ["flavorRef"] = how.Flavor,
            ["networks"] = how.Network is null or "auto" or "none"
                ? how.Network ?? "auto"
                : new JsonArray(new JsonObject { ["uuid"] = how.Network }),
            ["metadata"] = marked,
        };
        if (how.KeyPair is not null)
            server["key_name"] = how.KeyPair;
        if (asked.UserData is not null)
            server["user_data"] = Convert.ToBase64String(asked.UserData);
        return new() { ["server"] = server };
    }
}
