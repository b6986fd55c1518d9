namespace TestServers.Databases;

/// <summary>What the console remembers of a server's copy between restarts.</summary>
/// <param name="Host">The host that had its server when it was seen last.</param>
/// <param name="Uri">That host's connection URI then: another URI may be another machine.</param>
/// <param name="Gone">
/// Since when the server is not seen, as it also stands at the copy itself; null while no time runs.
/// </param>
/// <param name="Watched">
/// Seconds for which this console has watched and told that since; the times when it was down do not count.
/// </param>
public sealed record CopyFacts(string Host, string Uri, DateTimeOffset? Gone = null, double Watched = 0);
