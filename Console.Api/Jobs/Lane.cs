namespace TestServers.Jobs;

/// <summary>Something that only so many may use at once, and for which the others wait in a line.</summary>
public sealed record Lane
{
    private readonly string _name;

    private Lane(string name) => _name = name;

    /// <summary>That of plain copies of a base on a database host.</summary>
    public static Lane OfBase(BaseName name, string host) => new($"base {name} on {host}");

    /// <summary>That of copies and restores on a database host.</summary>
    public static Lane OfHost(string host) => new("host " + host);

    public override string ToString() => _name;
}
