namespace TestServers.Builds;

/// <summary>That a build takes its app off the server.</summary>
/// <param name="Folders">Whether what stays of the app, such as uploads, goes as well.</param>
public sealed record TakeOff(bool Folders);
