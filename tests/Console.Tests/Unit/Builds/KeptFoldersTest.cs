using TestServers.HostPrograms;

namespace TestServers.Tests.Unit.Builds;

/// <summary>Folders that stay on servers are not unseen when the settings no longer name them.</summary>
public sealed class KeptFoldersTest
{
    private const string Apps = """
        "guests": {
          "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": 1 } },
        "apps": [
          { "name": "plain", "repository": { "kind": "git", "url": "https://127.71.9.1/plain" },
            "templates": "templates", "defaultPath": "main", "folders": { "uploads": {} } } ]
        """;

    [Fact]
    public async Task What_no_app_has_any_more_is_listed_with_the_command_that_removes_it_until_it_is_gone()
    {
        await using var parts = new PartsInPlace(
            [("qa01", 1)],
            new Dictionary<string, string>(StringComparer.Ordinal),
            Apps
        );
        var folders = parts.The<KeptFolders>();
        folders.Note(ServerName.From("qa02")!, Status("/srv/kept/plain/uploads"));
        Assert.Empty(folders.Unnamed);
        folders.Note(ServerName.From("qa02")!, Status("/srv/kept/plain/old", "/srv/kept/plain/uploads"));
        folders.Note(ServerName.From("qa01")!, Status("/srv/it's/kept/gone/uploads"));
        Assert.Equal(
            ["qa01 gone: rm -rf -- '/srv/it'\\''s/kept/gone/uploads'", "qa02 plain: rm -rf -- '/srv/kept/plain/old'"],
            folders.Unnamed.Select(f => $"{f.Server} {f.App}: {f.Command}")
        );
        folders.Note(ServerName.From("qa01")!, Status());
        folders.Note(ServerName.From("qa02")!, Status("/srv/kept/plain/uploads"));
        Assert.Empty(folders.Unnamed);
    }

    private static HostResult Status(params string[] kept) =>
        new(
            HostOutcome.Done,
            "",
            kept.Index().ToDictionary(k => $"kept.{k.Index}", k => k.Item, StringComparer.Ordinal)
        );
}
