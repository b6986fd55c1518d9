using TestServers.History;
using TestServers.HostPrograms;

namespace TestServers.Tests.Unit.Builds;

/// <summary>
/// What a server says of its working copy, after an end that nobody heard of, is the path that people know.
/// </summary>
public sealed class CodeOnServerTest
{
    private static readonly string[] Names =
    [
        .. BranchNames.Usual,
        .. BranchNames.OfSubversionAlone,
        .. BranchNames.Random(300, 5).Where(BranchNames.TakenBySubversion),
    ];

    [Theory]
    [InlineData("svn://svn.example/shop")]
    [InlineData("https://svn.example/a%20team/shop/")]
    public void A_path_of_Subversion_is_read_from_its_address(string url)
    {
        foreach (var name in Names)
        {
            var encoded = string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
            var code = CodeOf(RepositoryKind.Svn, url, $"{url.TrimEnd('/')}/branches/{encoded}", "17");
            Assert.Equal("branches/" + name, code?.Path.Text);
            Assert.Equal("17", code?.Revision?.Text);
        }
    }

    [Theory]
    [InlineData("svn://svn.example/shopping/trunk")]
    [InlineData("svn://svn.example/shop/../trunk")]
    [InlineData("svn://svn.example/shop/%2e%2e/trunk")]
    [InlineData("svn://svn.example/shop/branches/a%0Ab")]
    [InlineData("svn://svn.example/shop/branches/a%E2%80%AEb")]
    public void Another_repository_and_what_is_no_path_say_nothing(string address) =>
        Assert.Null(CodeOf(RepositoryKind.Svn, "svn://svn.example/shop", address, "17"));

    private static KeptCode? CodeOf(RepositoryKind kind, string url, string address, string revision)
    {
        var told = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["app.shop.url"] = address,
            ["app.shop.revision"] = revision,
        };
        return ServerCleanup.CodeOf(
            new(AppName.From("shop")!, new(kind, url), "/"),
            new(HostOutcome.Done, "", told),
            null
        );
    }
}
