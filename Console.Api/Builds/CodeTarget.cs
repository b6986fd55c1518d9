namespace TestServers.Builds;

/// <param name="Revision">Null: the newest.</param>
public sealed record CodeTarget(RepositoryPath Path, Revision? Revision);
