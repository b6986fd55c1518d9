using System.Collections.Immutable;

namespace TestServers.Reservations;

/// <summary>Which servers are given to somebody who wants any.</summary>
public interface IAnyServers
{
    /// <summary>The servers that may be given, the best first: such as can be used, and are not at work.</summary>
    /// <param name="app">Those that have it come first.</param>
    /// <param name="host">Null: of every host.</param>
    /// <param name="wanted">Only servers that have all of them.</param>
    IEnumerable<ServerName> For(AppName? app, string? host, ImmutableArray<TagName> wanted);
}
