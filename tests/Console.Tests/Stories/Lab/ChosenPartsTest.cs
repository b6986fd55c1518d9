namespace TestServers.Tests.Stories.Lab;

/// <summary>Submodules, files of LFS and externals, as the settings choose them, from the API to the result.</summary>
[Collection("lab"), Trait("lab", "second")]
public sealed class ChosenPartsTest(LabFixture lab) : IClassFixture<LabFixture>, IAsyncLifetime
{
    private const string Make = """
        set -eu
        cd "$1"
        export GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@lab.example
        export GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@lab.example
        svnadmin create svn
        svn mkdir --quiet -m lib "file://$1/svn/lib" "file://$1/svn/trunk"
        svn checkout --quiet "file://$1/svn/trunk" own
        printf '^/lib lib\nhttp://elsewhere.example/more more\n' >lines
        svn propset --quiet svn:externals -F lines own
        svn commit --quiet -m externals own
        git init --quiet --initial-branch main part
        git -C part commit --quiet --allow-empty -m part
        git init --quiet --initial-branch main git
        cd git
        git -c protocol.file.allow=always submodule --quiet add "file://$1/part" lib
        git config --file .gitmodules submodule.more.path more
        git config --file .gitmodules submodule.more.url https://elsewhere.example/more
        git add .gitmodules
        git lfs install --local >/dev/null
        git lfs track '*.big' >/dev/null
        echo content >a.big
        git add .
        git update-index --add --cacheinfo "160000,$(git -C ../part rev-parse HEAD),more"
        git commit --quiet -m parts
        """;
    private static readonly string[] Servers = ["qa06", "qa07"];
    private readonly Dictionary<string, string> _configs = [];
    private string _folder = "";

    public async Task InitializeAsync()
    {
        _folder = Path.Combine(lab.Folder, "repositories", $"parts{Environment.ProcessId}");
        await lab.AsOwner("mkdir", "--", _folder);
        await lab.AsOwner("bash", "-c", Make, "-", _folder);
        foreach (var server in Servers)
        {
            var config = ConfigOf(server);
            _configs[server] = await File.ReadAllTextAsync(config);
            await File.AppendAllTextAsync(config, $"repositories=file://{_folder}\ngit_protocols=file\n");
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var (server, text) in _configs)
            await File.WriteAllTextAsync(ConfigOf(server), text);
        await lab.AsOwner("rm", "-rf", "--", _folder);
    }

    private string ConfigOf(string server) => Path.Combine(lab.Folder, "guests", server, "config");

    [Fact]
    public async Task What_the_settings_name_is_brought_and_the_rest_is_said_before_the_build_and_in_its_result()
    {
        await using var own = new LabConsole(lab, s => Choose(s, isChosen: true));
        await own.Process.StartWithServers();
        var http = own.Process.Http;
        foreach (var (server, guest, path) in new[] { ("own6", "qa06", "trunk"), ("own7", "qa07", "main") })
        {
            var app = server == "own6" ? "plain" : "tied";
            var code = Path.Combine(lab.Folder, "guests", guest, "srv/code", app);
            var plan = await http.Json($"api/servers/{server}/plan?app={app}&path={path}&code=true&database=false");
            var build = await http.BuildWell(server, app, path, database: false, code: true);
            var told = Assert.Single(Told(build));
            Assert.Contains("elsewhere.example/more, which the app's settings do not name", told);
            Assert.Contains(told, Told(plan));
            Assert.True(Directory.Exists(Path.Combine(code, "lib")));
            Assert.NotEmpty(Directory.EnumerateFileSystemEntries(Path.Combine(code, "lib")));
            if (app == "tied")
                Assert.Equal("content\n", await File.ReadAllTextAsync(Path.Combine(code, "a.big")));
        }

        await own.Process.Reload(s => Choose(s, isChosen: false));
        Assert.Equal(
            ["2 externals (lib, more): a checkout does not bring them."],
            Told(await http.BuildWell("own6", "plain", "trunk", database: false, code: true)).Select(Sentence)
        );
        Assert.Equal(
            ["2 submodules (lib, more): a checkout does not bring them."],
            Told(await http.BuildWell("own7", "tied", "main", database: false, code: true))
                .Where(t => t.Contains("submodule", StringComparison.Ordinal))
                .Select(Sentence)
        );
        Assert.False(Directory.Exists(Path.Combine(lab.Folder, "guests/qa06/srv/code/plain/lib")));
        await lab.AsOwner("rm", "-rf", "--", Path.Combine(lab.Folder, "guests/qa07/srv/code/tied"));
    }

    private void Choose(JsonObject settings, bool isChosen)
    {
        JsonObject Repository(string kind, string name) =>
            new() { ["kind"] = kind, ["url"] = $"file://{_folder}/{name}" };
        var (plain, tied) = (Repository("svn", "svn"), Repository("git", "git"));
        if (isChosen)
        {
            plain["externals"] = new JsonArray($"file://{_folder}/*");
            tied["submodules"] = new JsonArray($"file://{_folder}/*");
            tied["lfs"] = true;
        }
        var app = settings["apps"]![0]!.DeepClone().AsObject();
        var other = app.DeepClone().AsObject();
        app["repository"] = plain;
        (other["name"], other["repository"]) = ("tied", tied);
        settings["apps"] = new JsonArray(app, other);
    }

    private static string Sentence(string told) => told[..(told.IndexOf('.', StringComparison.Ordinal) + 1)];

    private static List<string> Told(JsonElement thing) =>
        [.. thing.GetProperty("leftOut").EnumerateArray().Select(t => t.GetString()!)];
}
