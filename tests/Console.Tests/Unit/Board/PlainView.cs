using TestServers.Board;

namespace TestServers.Tests.Unit.Board;

/// <summary>A server on the board of which there is nothing to say.</summary>
internal static class PlainView
{
    public static ServerView Of(string name, string host = "vmhost", string state = "running") =>
        new(
            ServerName.From(name)!,
            host,
            state,
            null,
            null,
            "",
            "",
            null,
            null,
            null,
            null,
            null,
            null,
            [],
            null,
            [],
            null,
            [],
            null,
            null
        );
}
