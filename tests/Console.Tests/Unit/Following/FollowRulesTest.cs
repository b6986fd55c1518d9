using TestServers.Following;

namespace TestServers.Tests.Unit.Following;

/// <summary>What can be followed, what on it is to be built, and when a repository is asked.</summary>
public sealed class FollowRulesTest
{
    private const string One = "1111111111111111111111111111111111111111",
        Two = "2222222222222222222222222222222222222222";

    [Theory]
    [InlineData(RepositoryKind.Git, "main", true)]
    [InlineData(RepositoryKind.Git, "tags/x", true)]
    [InlineData(RepositoryKind.Git, "refs/heads/main", true)]
    [InlineData(RepositoryKind.Git, "refs/tags/1.0", false)]
    [InlineData(RepositoryKind.Git, One, false)]
    [InlineData(RepositoryKind.Svn, "trunk", true)]
    [InlineData(RepositoryKind.Svn, "branches/tags", true)]
    [InlineData(RepositoryKind.Svn, "tags/1.0", false)]
    [InlineData(RepositoryKind.Svn, "web/tags/1.0", false)]
    public void A_tag_or_a_commit_does_not_move(RepositoryKind kind, string path, bool moves) =>
        Assert.Equal(moves, FollowRules.FaultOf(RepositoryPath.From(path)!, kind) is null);

    [Theory]
    [InlineData(RepositoryKind.Git, Two, One, One, true)]
    [InlineData(RepositoryKind.Git, Two, null, null, true)]
    [InlineData(RepositoryKind.Git, One, Two, Two, true)]
    [InlineData(RepositoryKind.Git, Two, Two, One, false)]
    [InlineData(RepositoryKind.Git, Two, One, Two, false)]
    [InlineData(RepositoryKind.Svn, "97", null, "120", false)]
    [InlineData(RepositoryKind.Svn, "121", null, "120", true)]
    [InlineData(RepositoryKind.Svn, "121", "121", "120", false)]
    [InlineData(RepositoryKind.Svn, "97", "121", "90", false)]
    [InlineData(RepositoryKind.Svn, "9", null, null, true)]
    public void New_is_what_was_neither_seen_nor_is_there(
        RepositoryKind kind,
        string tip,
        string? seen,
        string? here,
        bool isNew
    ) => Assert.Equal(isNew, FollowRules.IsNew(kind, Revision.From(tip)!, Of(seen), Of(here)));

    private static Revision? Of(string? text) => text is null ? null : Revision.From(text);
}
