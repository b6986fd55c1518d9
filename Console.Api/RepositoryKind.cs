namespace TestServers;

public enum RepositoryKind { Svn, Git }
