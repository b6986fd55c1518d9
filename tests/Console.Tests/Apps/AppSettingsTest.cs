namespace TestServers.Tests.Apps;

/// <summary>Addresses of an app are shown to everybody.</summary>
public sealed class AppSettingsTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("https://anna:sesame@svn.example/shop")]
    [InlineData("https://:sesame@svn.example/shop")]
    [InlineData("ssh://git:ses:ame@git.example:22/shop.git")]
    [InlineData("svn+ssh://anna:sesame@svn.example/shop")]
    public void A_password_in_an_address_stops_the_start_with_key_and_remedy(string address)
    {
        foreach (var (key, app) in Both(address))
        {
            var said = Assert.Throws<WrongSetting>(app.Check).Message;
            Assert.StartsWith($"`apps.shop.{key}` has a password", said, StringComparison.Ordinal);
            Assert.Contains("Write it without `user:password@`", said, StringComparison.Ordinal);
            Assert.DoesNotContain("ame", said, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("https://svn.example:8443/shop@1")]
    [InlineData("ssh://git@git.example:22/shop.git")]
    [InlineData("svn+ssh://anna@svn.example/a:b@c")]
    public void An_address_without_a_password_is_right(string address) =>
        Assert.All(Both(address), both => both.App.Check());

    private IEnumerable<(string Key, AppSettings App)> Both(string address) =>
        [("repository.url", App(address)), ("health", App("svn://none/shop") with { Health = address })];

    private AppSettings App(string address) =>
        new(AppName.From("shop")!, new(RepositoryKind.Svn, address), _folder.Path);
}
