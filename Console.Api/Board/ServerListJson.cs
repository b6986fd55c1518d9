using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TestServers.Board;

/// <summary>
/// Writes what the list of servers is joined of as <see cref="Json.Web"/> does, by code that is made when the console
/// is built: it is the first answer, and at a start nobody waits for code to be made.
/// </summary>
[JsonSerializable(typeof(ServerView))]
[JsonSerializable(typeof(HostView))]
[JsonSerializable(typeof(DateTimeOffset?))]
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
internal sealed partial class ServerListJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions Known = new(Json.Web) { TypeInfoResolver = new ServerListJson() };

    /// <summary>A part of the list as it is sent.</summary>
    public static byte[] BytesOf<T>(T part) =>
        JsonSerializer.SerializeToUtf8Bytes(part, (JsonTypeInfo<T>)Known.GetTypeInfo(typeof(T)));
}
