namespace TestServers.History;

/// <summary>What a server has nothing of any more, of an app that was taken off it.</summary>
/// <param name="Site">Its site was there, and is removed.</param>
/// <param name="Code">Its working copy was there, and is removed.</param>
/// <param name="Kept">The folders that stay on the server all the same.</param>
/// <param name="Copies">The bases of which the server has no copy any more.</param>
public sealed record TakenOff(bool Site, bool Code, IReadOnlyList<string> Kept, IReadOnlyList<BaseName> Copies);
