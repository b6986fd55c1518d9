namespace TestServers.History;

/// <summary>A part that stays on a server while another app is on it.</summary>
public sealed record KeptCode(RepositoryPath Path, Revision? Revision)
{
    /// <summary>A checkout ended half-way: files of what was there before are among them.</summary>
    public bool Incomplete { get; init; }
}
