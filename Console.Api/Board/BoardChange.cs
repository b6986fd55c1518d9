namespace TestServers.Board;

/// <summary>What is different in a picture, seen from the one before.</summary>
/// <param name="HasOthers">There are other servers than before.</param>
/// <param name="Servers">Those that are shown in another way, without the time of an answer.</param>
public sealed record BoardChange(bool HasOthers, IReadOnlyList<ServerView> Servers, IReadOnlyList<HostView> Hosts);
