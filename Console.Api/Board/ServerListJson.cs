using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TestServers.Storage;

namespace TestServers.Board;

/// <summary>
/// Writes the list of servers as <see cref="Json.Web"/> does, by code that is made when the console is built: it is the
/// first answer, and at a start nobody waits for code to be made.
/// </summary>
[JsonSerializable(typeof(ServerList))]
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
internal sealed partial class ServerListJson : JsonSerializerContext
{
    private static readonly JsonTypeInfo Known = new JsonSerializerOptions(Json.Web)
    {
        TypeInfoResolver = new ServerListJson(),
    }.GetTypeInfo(typeof(ServerList));

    /// <summary>The list as it is sent.</summary>
    public static byte[] BytesOf(ServerList list) => JsonSerializer.SerializeToUtf8Bytes(list, Known);
}
