namespace TestServers.History;

/// <summary>A rendered settings file.</summary>
public sealed record SiteFile(string File, string Text);
