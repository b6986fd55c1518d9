namespace TestServers.Databases;

/// <summary>Where savepoints are: one can go back to them on their own database host alone.</summary>
public interface ISavedPlaces
{
    /// <summary>Whether there is a savepoint of this server with a database of this base on that host.</summary>
    bool HasAny(ServerName server, BaseName name, string host);
}
