namespace TestServers.Tests.Unit.Foundation;

public sealed class NamesTest
{
    [Theory]
    [InlineData("qa07"), InlineData("QA-7.lab_x"), InlineData("a")]
    public void A_server_name_of_the_allowed_characters_is_taken(string text) =>
        Assert.Equal(text, ServerName.From(text)?.Text);

    [Theory]
    [
        InlineData(""),
        InlineData("-x"),
        InlineData("a b"),
        InlineData("a/b"),
        InlineData("../x"),
        InlineData("qa07\n"),
        InlineData("$(id)"),
        InlineData("qä"),
        InlineData("abcdefghijklmnopqrstuvwxyz0123456")
    ]
    public void A_server_name_of_anything_else_is_refused(string text) => Assert.Null(ServerName.From(text));

    [Theory]
    [
        InlineData("trunk"),
        InlineData("branches/new-basket"),
        InlineData("tags/1.2"),
        InlineData("feature/x_y+z"),
        InlineData("0123abcd")
    ]
    public void Paths_that_repositories_have_are_taken(string text) => Assert.NotNull(RepositoryPath.From(text));

    [Theory]
    [InlineData("12"), InlineData("0123abc"), InlineData("0123456789012345678901234567890123456789")]
    public void Revision_numbers_and_commits_are_taken(string text) => Assert.NotNull(Revision.From(text));

    [Theory]
    [InlineData("HEAD"), InlineData("-1"), InlineData("{2020-01-01}"), InlineData("12:HEAD"), InlineData("")]
    public void Other_revisions_are_refused(string text) => Assert.Null(Revision.From(text));

    [Theory]
    [
        InlineData("shop", true),
        InlineData("postgres=x", false),
        InlineData("a://b", false),
        InlineData("Shop", false),
        InlineData("abcdefghijklmnopqrstu", false)
    ]
    public void A_base_is_never_a_connection_string(string text, bool taken) =>
        Assert.Equal(taken, BaseName.From(text) is not null);
}
