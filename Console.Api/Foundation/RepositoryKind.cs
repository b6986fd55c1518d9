namespace TestServers.Foundation;

public enum RepositoryKind
{
    Svn,
    Git,
}
