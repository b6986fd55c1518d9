namespace TestServers.Tests.Unit.Foundation;

/// <summary>
/// A path is what Git or Subversion takes for one, and never an option, a way out or something unseen.
/// </summary>
public sealed class RepositoryPathTest
{
    [Theory]
    [
        InlineData("-x"),
        InlineData("--config-option=x"),
        InlineData("a//b"),
        InlineData("/etc"),
        InlineData("a/"),
        InlineData("../x"),
        InlineData("a/../b"),
        InlineData("a/./b")
    ]
    [
        InlineData("file:///etc"),
        InlineData("a\n"),
        InlineData("a\0b"),
        InlineData("a\tb"),
        InlineData("a\u0085b"),
        InlineData("a\u007f"),
        InlineData("")
    ]
    [
        InlineData("a\u202eb"),
        InlineData("a\u2066b"),
        InlineData("a\u200fb"),
        InlineData("a\u200bb"),
        InlineData("a\u2028b"),
        InlineData("a\ufeff"),
        InlineData("a\ufffdb")
    ]
    public void What_could_be_something_else_or_cannot_be_seen_is_refused(string text) =>
        Assert.Null(RepositoryPath.From(text));

    [Fact]
    public void Half_a_letter_is_refused() => Assert.Null(RepositoryPath.From("a" + '\ud800' + "b"));

    [Fact]
    public void A_thousand_bytes_are_taken_and_no_more()
    {
        Assert.NotNull(RepositoryPath.From(new string('x', 1000)));
        Assert.NotNull(RepositoryPath.From(new string('ü', 500)));
        Assert.Null(RepositoryPath.From(new string('x', 1001)));
        Assert.Null(RepositoryPath.From(new string('ü', 500) + "x"));
    }

    [Fact]
    public void Git_takes_exactly_what_its_own_rule_takes()
    {
        string[] names = [.. BranchNames.Usual, .. BranchNames.OfSubversionAlone, .. BranchNames.Random(4000, 1)];
        var taken = BranchNames.TakenByGit(names);
        Assert.InRange(taken.Count, 1000, 3900);
        Assert.All(BranchNames.Usual, name => Assert.Contains(name, taken));
        Assert.DoesNotContain(BranchNames.OfSubversionAlone, taken.Contains);
        foreach (var name in names)
        {
            var path = RepositoryPath.From(name);
            // One that begins with a dash is named as refs/heads/-...
            var whole = RepositoryPath.From(RepositoryPath.Branches + name);
            Assert.True(taken.Contains(name) == (whole is not null && whole.FaultIn(RepositoryKind.Git) is null), name);
            if (!name.StartsWith('-'))
                Assert.True(
                    taken.Contains(name) == (path is not null && path.FaultIn(RepositoryKind.Git) is null),
                    name
                );
        }
    }

    [Fact]
    public void Subversion_takes_what_can_be_a_folder()
    {
        foreach (
            var name in (string[])
                [.. BranchNames.Usual, .. BranchNames.OfSubversionAlone, .. BranchNames.Random(4000, 2)]
        )
        {
            var path = RepositoryPath.From("branches/" + name);
            Assert.True(BranchNames.TakenBySubversion(name) == path is not null, name);
            Assert.Null(path?.FaultIn(RepositoryKind.Svn));
        }
    }

    [Fact]
    public void It_is_read_back_as_it_was_written()
    {
        foreach (var name in BranchNames.Usual.Concat(BranchNames.OfSubversionAlone).Select(n => "branches/" + n))
        {
            var path = RepositoryPath.From(name)!;
            Assert.Equal(path, JsonSerializer.Deserialize<RepositoryPath>(JsonSerializer.Serialize(path)));
            Assert.Equal(name, path.Text);
        }
    }
}
