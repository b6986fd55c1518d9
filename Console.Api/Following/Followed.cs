namespace TestServers.Following;

/// <summary>That a server follows a path: what is new on it is built without anybody's asking.</summary>
/// <param name="Number">The reservation that it is part of: it ends with that one, and is never carried over to
/// another.</param>
/// <param name="By">In whose name is built.</param>
/// <param name="Database">Whether each build makes a fresh database, too.</param>
/// <param name="Seen">The newest on the path that needs no build any more: it was built, or there already.</param>
/// <param name="SeenAt">Since when.</param>
public sealed record Followed(
    ServerName Server,
    long Number,
    string By,
    AppName App,
    RepositoryPath Path,
    bool Database,
    DateTimeOffset Since,
    Revision? Seen = null,
    DateTimeOffset? SeenAt = null
)
{
    /// <summary>Since when the path is not in the repository; null: it is.</summary>
    public DateTimeOffset? GoneSince { get; init; }

    /// <summary>Since when it is known, and was told, that the repository does not answer; null: it answers.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    /// <summary>Whether this is the same following: somebody may have begun another meanwhile.</summary>
    internal bool IsSameAs(Followed? other) =>
        other is not null && other.Number == Number && other.Since == Since && other.Path == Path && other.App == App;
}

/// <summary>That a server follows a path, as it is shown.</summary>
/// <param name="Database">Whether each build makes a fresh database, too.</param>
/// <param name="Seen">The newest on the path that was built, or was there already; null: it was not looked at
/// yet.</param>
/// <param name="Seconds">How often the repository is asked.</param>
/// <param name="Problem">Why nothing is built now, as a sentence; null: what comes is built.</param>
/// <param name="NextLook">When the repository is asked again that has not answered; null: it answers.</param>
public sealed record FollowingView(
    AppName App,
    RepositoryPath Path,
    bool Database,
    string By,
    DateTimeOffset Since,
    Revision? Seen,
    DateTimeOffset? SeenAt,
    int Seconds,
    string? Problem,
    DateTimeOffset? NextLook
);
