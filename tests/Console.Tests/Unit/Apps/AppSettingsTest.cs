namespace TestServers.Tests.Unit.Apps;

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
            var said = Assert.Throws<WrongSetting>(() => app.Check("apps[0]")).Message;
            Assert.StartsWith($"`apps[0].{key}` has a password", said, StringComparison.Ordinal);
            Assert.Contains("Write it without `user:password@`", said, StringComparison.Ordinal);
            Assert.DoesNotContain("ame", said, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("https://svn.example:8443/shop@1")]
    [InlineData("ssh://git@git.example:22/shop.git")]
    [InlineData("svn+ssh://anna@svn.example/a:b@c")]
    public void An_address_without_a_password_is_right(string address) => App(address).Check("apps[0]");

    [Theory]
    [InlineData("https://svn.example:8443/health@1")]
    [InlineData("http://anna@qa07.example/a:b@c")]
    [InlineData("{url}health?of={server}&at={address}")]
    public void An_address_of_a_page_without_a_password_is_right(string address) =>
        (App("svn://none/shop") with { Health = address }).Check("apps[0]");

    private IEnumerable<(string Key, AppSettings App)> Both(string address) =>
        [("repository.url", App(address)), ("health", App("svn://none/shop") with { Health = address })];

    private AppSettings App(string address) =>
        new(
            AppName.From("shop")!,
            new(address.StartsWith("ssh", StringComparison.Ordinal) ? RepositoryKind.Git : RepositoryKind.Svn, address),
            _folder.Path
        );
}
