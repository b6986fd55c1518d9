namespace TestServers.Builds;

/// <summary>A rendered settings file.</summary>
public sealed record SettingsFile(string File, string Text);
