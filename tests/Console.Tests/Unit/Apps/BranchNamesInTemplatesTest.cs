using TestServers.Apps;

namespace TestServers.Tests.Unit.Apps;

/// <summary>A path is written into the samples' own templates, whatever it is called.</summary>
public sealed class BranchNamesInTemplatesTest : IDisposable
{
    private static readonly string Samples = Path.Combine(
        AppContext.BaseDirectory,
        "../../../../../scripts/dev/samples/templates"
    );

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("shop"), InlineData("tickets")]
    public void Every_name_is_written(string sample)
    {
        // Of a checkout others may write the files, by a umask: then no template is run.
        Shell.Run($"cp '{Path.Combine(Samples, sample)}'/* . && chmod go-w *", _folder.Path);
        var app = new AppSettings(AppName.From(sample)!, new(RepositoryKind.Git, "x://x"), _folder.Path);
        string[] names =
        [
            .. BranchNames.Usual,
            .. BranchNames.OfSubversionAlone,
            .. BranchNames.Random(1000, 4).Where(n => RepositoryPath.From(n) is not null),
        ];
        var failed = names.Select(name => FailureOf(app, name)).OfType<string>().ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed.Take(5)));
    }

    private static string? FailureOf(AppSettings app, string path)
    {
        try
        {
            SiteTemplates.Render(app, Values(path));
            return null;
        }
        catch (UnrenderableTemplate e)
        {
            return $"{path}: {e.Message}";
        }
    }

    private static Dictionary<string, object?> Values(string path)
    {
        static Dictionary<string, object?> Some(params string[] names) =>
            names.ToDictionary(n => n, object? (n) => "x", StringComparer.Ordinal);
        return new(StringComparer.Ordinal)
        {
            ["server"] = Some("name", "address", "number", "url"),
            ["app"] = Some("name"),
            ["path"] = path,
            ["revision"] = "1",
            ["dataTime"] = "",
            ["build"] = Some("id", "by"),
            ["database"] = Some("name", "host", "port", "user", "password"),
            ["folders"] = Some("code", "site"),
            ["variables"] = Some("secretKey"),
        };
    }
}
