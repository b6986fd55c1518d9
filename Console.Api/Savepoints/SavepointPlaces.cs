using TestServers.Databases;

namespace TestServers.Savepoints;

/// <summary>Where the savepoints of servers are, for whoever chooses a database host for a server's copy.</summary>
public sealed class SavepointPlaces(JsonFile<SavepointsState> file) : ISavedPlaces
{
    /// <inheritdoc/>
    public bool HasAny(ServerName server, BaseName name, string host) =>
        file.Value.Shown.Any(s => s.Server == server && s.Copies.Any(c => c.Base == name && c.Host == host));
}
