using TestServers.Jobs;

namespace TestServers.Databases;

/// <summary>The refresh of a base from its dump.</summary>
/// <param name="Size">Bytes of the new base.</param>
/// <param name="DataTime">When the dump was made, from the dump itself.</param>
public sealed record Restore(BaseName Base, DateTimeOffset? DataTime = null, long? Size = null) : Job;
