namespace TestServers.Tests.Stage;

/// <summary>
/// A console of the test's own, for what the lab's console cannot be asked to bear. Its servers own6 and own7 are the
/// guests qa06 and qa07 under another name; its app `plain` is the shop's code behind a page of three lines, without a
/// database. At the end both guests show what they showed before.
/// </summary>
internal sealed class LabConsole : IAsyncDisposable
{
    private const string Page = """
        def application(environ, start_response):
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [b'{{path}} r{{revision}} by build {{build.id}}']
        """;
    private static readonly string[] Guests = ["qa06", "qa07"];
    private readonly LabFixture _lab;
    private readonly ConsoleBuilder _settings;
    private readonly TemporaryFolder _templates = new(),
        _before = new();

    /// <param name="change">What is different in the settings, beside all that.</param>
    public LabConsole(LabFixture lab, Action<JsonObject>? change = null)
    {
        _lab = lab;
        foreach (var name in new[] { "apache.conf", "settings.py" })
            File.Copy(Path.Combine(LabHost.Root(), "scripts/dev/samples/templates/tickets", name), _templates[name]);
        File.WriteAllText(_templates["settings.py"], "\n");
        PutPage(Page);
        foreach (var guest in Guests)
            CopyFolder(SiteOf(guest), _before[guest]);

        var settings = ConsoleBuilder.Of(Path.Combine(lab.Folder, "console.json"), Process.Folder);
        settings.With(
            $$"""
            "wwwroot": null, "databaseHosts": [], "bases": [],
            "apps": [ { "name": "plain", "templates": "{{_templates.Path}}", "health": "{url}",
              "repository": {{settings.Settings["apps"]![0]!["repository"]!.ToJsonString()}} } ]
            """
        );
        settings.Host["servers"] = "^own[67]$";
        settings.Settings["guests"]!["folder"] = $"{lab.Folder}/guests/qa0{{number}}/srv";
        _settings = settings;
        Process.WriteDomains(("own6", 1), ("own7", 1));
        Change(change ?? (_ => { }));
    }

    public ConsoleProcess Process { get; } = new();

    /// <summary>Writes its settings with what is different; one that runs reads them at a SIGHUP.</summary>
    public void Change(Action<JsonObject> change)
    {
        change(_settings.Settings);
        _settings.Write();
    }

    /// <summary>The page of the servers from the next build on.</summary>
    public void PutPage(string wsgi) => File.WriteAllText(_templates["wsgi.py"], wsgi + "\n");

    /// <summary>The Python settings of the app from the next build on.</summary>
    public void PutSettings(string text) => File.WriteAllText(_templates["settings.py"], text + "\n");

    public void PutGoodPage() => PutPage(Page);

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await _lab.ScriptsHaveEnded("its scripts have ended", 120);
        foreach (var guest in Guests)
        {
            await _lab.AsOwner(
                "rm",
                "-rf",
                "--",
                Path.Combine(_lab.Folder, "guests", guest, "srv/code/plain"),
                SiteOf(guest)
            );
            await _lab.AsOwner("rm", "-rf", "--", Path.Combine(_lab.Folder, "guests", guest, "srv/.built"));
            await _lab.AsOwner("mkdir", "--", SiteOf(guest));
            foreach (var file in Directory.EnumerateFiles(_before[guest]))
                await _lab.AsOwner(
                    "bash",
                    "-c",
                    "cat >\"$2\" <<<\"$1\"",
                    "-",
                    File.ReadAllText(file).TrimEnd('\n'),
                    Path.Combine(SiteOf(guest), Path.GetFileName(file))
                );
            await _lab.AsOwner(Path.Combine(_lab.Folder, "guests", guest, "apachectl"), "graceful");
        }
        _templates.Dispose();
        _before.Dispose();
    }

    private string SiteOf(string guest) => Path.Combine(_lab.Folder, "guests", guest, "srv/site");

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
