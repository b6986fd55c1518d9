using TestServers.Apps;

namespace TestServers.Tests.Unit.Apps;

/// <summary>What everybody sees of an app holds no password.</summary>
public sealed class CatalogueTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("./manage.py load --key hunter2", "./manage.py load --key ********")]
    [InlineData("curl https://bot:hunter2@shop.example/ok", "curl https://bot:********@shop.example/ok")]
    [InlineData("./manage.py migrate", "./manage.py migrate")]
    public void Commands_are_listed_without_the_secrets_that_they_name(string command, string listed)
    {
        var settings = new ConsoleSettings { Apps = [App() with { After = [new(command), new("true")] }] };
        var app = Assert.Single(new Catalogue(new(settings), new Secrets(settings)).All);
        Assert.Equal([listed, "true"], app.After.Select(c => c.Run));
    }

    private AppSettings App() =>
        new(AppName.From("shop")!, new(RepositoryKind.Svn, "svn://none/shop"), _folder.Path)
        {
            Secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["apiKey"] = "hunter2" },
        };
}
