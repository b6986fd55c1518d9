namespace TestServers.History;

/// <summary>The base that one of an app's databases is made from on a server.</summary>
public sealed record ChosenBase(DatabaseName Name, BaseName Base);
