namespace TestServers.History;

/// <summary>The savepoint that a server's data are of.</summary>
/// <param name="Of">The server whose savepoint it is.</param>
/// <param name="By">Who went back to it.</param>
/// <param name="At">When.</param>
public sealed record SavepointMark(JobId Id, string Name, ServerName Of, string By, DateTimeOffset At);
