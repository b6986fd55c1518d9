using TestServers.Builds;
using TestServers.Databases;

namespace TestServers.Room;

/// <summary>What takes room on the database hosts.</summary>
/// <param name="Servers">How much each server's own databases and savepoints take, the largest first.</param>
/// <param name="Unneeded">What nobody needs, and may be dropped.</param>
/// <param name="Folders">Folders on servers that the settings do not name any more; a person removes them
/// there.</param>
public sealed record RoomView(
    IReadOnlyList<RoomHost> Hosts,
    IReadOnlyList<RoomServer> Servers,
    IReadOnlyList<UnneededDatabase> Unneeded,
    IReadOnlyList<UnnamedFolder> Folders
);

/// <summary>A database host's room.</summary>
/// <param name="Problem">Why it does not answer; null: it does.</param>
/// <param name="DiskFree">Bytes that are free where PostgreSQL's data are; null when it is not told.</param>
/// <param name="DiskSize">Bytes of that disk in all.</param>
/// <param name="Databases">Every database that a console has made there, the largest first.</param>
public sealed record RoomHost(
    string Name,
    string? Problem,
    long? DiskFree,
    long? DiskSize,
    IReadOnlyList<RoomPart> Parts,
    IReadOnlyList<RoomDatabase> Databases
);

/// <summary>How many databases of one kind there are.</summary>
/// <param name="Size">Bytes, of all together; what clones share counts for each.</param>
public sealed record RoomPart(DatabaseKind Kind, int Count, long Size);

/// <summary>A database that a console has made.</summary>
/// <param name="Server">Whose it is; null: no server's.</param>
/// <param name="Savepoint">The savepoint that it is, is the twin of, or was made of; null: none.</param>
/// <param name="Size">Bytes; null when the host may not look.</param>
/// <param name="Foreign">Whether another console has made it.</param>
public sealed record RoomDatabase(
    string Name,
    DatabaseKind Kind,
    BaseName Base,
    ServerName? Server,
    JobId? Savepoint,
    long? Size,
    DateTimeOffset? DataTime,
    bool Foreign
);

/// <summary>How much a server's databases and savepoints take.</summary>
/// <param name="Size">Bytes, of all together.</param>
public sealed record RoomServer(ServerName Server, int Databases, long Size);

/// <summary>A database that nobody needs.</summary>
/// <param name="Why">Why nobody does, as a sentence.</param>
public sealed record UnneededDatabase(string Host, string Name, DatabaseKind Kind, long? Size, string Why);

/// <summary>A database by its host and name.</summary>
public sealed record NamedDatabase(string Host, string Name);

/// <summary>One that could not be dropped.</summary>
public sealed record UndroppedDatabase(string Host, string Name, string Message);

/// <summary>What was dropped, and what could not be.</summary>
public sealed record DroppedDatabases(
    string Message,
    IReadOnlyList<NamedDatabase> Dropped,
    IReadOnlyList<UndroppedDatabase> Failed
);
