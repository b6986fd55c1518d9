using System.Collections.Immutable;
using TestServers.History;
using TestServers.HostPrograms;

namespace TestServers.Builds;

/// <summary>What the steps of one build know and hand on.</summary>
/// <param name="Build">As it was when it began.</param>
/// <param name="Bases">What its app's databases are made from, the usual one first.</param>
/// <param name="Calls">Those of the server's program that the steps make, one after the other.</param>
public sealed record BuildWork(
    Build Build,
    AppSettings App,
    Server Server,
    ImmutableArray<ChosenBase> Bases,
    CallSequence Calls
)
{
    /// <summary>
    /// The milestone that the server has answered: no database is exchanged for one that cannot be reached.
    /// </summary>
    public const string ServerReached = "server reached";

    /// <summary>Where the server's error log ended when the first step that asked began.</summary>
    public ErrorLogMark? ErrorLog { get; set; }
}
