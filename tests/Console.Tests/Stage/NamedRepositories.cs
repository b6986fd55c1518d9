namespace TestServers.Tests.Stage;

/// <summary>
/// A console with two apps whose real repositories have a thousand branches each, called as teams and tools call them.
/// </summary>
public sealed class NamedRepositories : IAsyncLifetime
{
    public const int Many = 1000;
    internal ConsoleProcess Console { get; } = new();
    public IReadOnlyList<string> GitNames { get; private set; } = [];
    public IReadOnlyList<string> SvnNames { get; private set; } = [];

    public async Task InitializeAsync()
    {
        var texts = BranchNames.Random(3 * Many, 3);
        GitNames =
        [
            .. BranchNames
                .WithoutNested([.. BranchNames.Usual, .. BranchNames.TakenByGit(texts).Order(StringComparer.Ordinal)])
                .Take(Many),
        ];
        SvnNames =
        [
            .. BranchNames
                .Usual.Concat(BranchNames.OfSubversionAlone)
                .Concat(texts)
                .Where(n => BranchNames.TakenBySubversion(n) && !n.Contains('/', StringComparison.Ordinal))
                .Distinct()
                .Take(Many),
        ];
        MakeGit();
        MakeSubversion();
        var templates = Directory.CreateDirectory(Path.Combine(Console.Folder, "templates")).FullName;
        foreach (var name in new[] { "apache.conf", "wsgi.py", "settings.py" })
            File.WriteAllText(Path.Combine(templates, name), "");
        Console.WriteSettings(
            more: $$"""
            , "guests": { "ssh": { "user": "nobody", "key": "/dev/null", "knownHosts": "/dev/null" } },
              "apps": [ { "name": "git", "repository": { "kind": "git", "url": "ssh://here{{Console.Folder}}/git" },
                "templates": "templates", "defaultPath": "main" },
                        { "name": "svn", "repository": { "kind": "svn", "url": "file://{{Console.Folder}}/svn" },
                          "templates": "templates" } ]
            """
        );
        // The way to the repository is this machine's own shell in ssh's place.
        var ssh = Path.Combine(Console.Folder, "ssh");
        LabProcesses.WriteProgram(ssh, "exec sh -c \"${@: -1}\"");
        await Console.Start(
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["GIT_SSH_COMMAND"] = ssh }
        );
        await Console.StartedWithServers();
    }

    public async Task DisposeAsync() => await Console.DisposeAsync();

    public string Git(params string[] arguments) =>
        BranchNames.Said(
            "git",
            ["-c", "user.name=lab", "-c", "user.email=lab@lab.example", .. arguments],
            "",
            Path.Combine(Console.Folder, "git")
        );

    private void MakeGit()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Console.Folder, "git")).FullName;
        Git("init", "--quiet", "--bare", "--initial-branch", "main");
        var tree = Git("mktree").Trim();
        var (one, other) = (
            Git("commit-tree", "-m", "one", tree).Trim(),
            Git("commit-tree", "-m", "other", tree).Trim()
        );
        string[] more =
        [
            "main",
            "both",
            "a\u202eb",
            "tab\u200b",
            string.Join('/', Enumerable.Repeat(new string('l', 200), 6)),
        ];
        BranchNames.Said(
            "git",
            ["update-ref", "--stdin", "-z"],
            string.Concat(GitNames.Concat(more).Select(n => $"create refs/heads/{n}\0{one}\0")),
            folder
        );
        Git("update-ref", "refs/tags/main", one);
        Git("tag", "-m", "with a message", "both", other);
        // Not in UTF-8: the file is the branch.
        Shell($"cp -- refs/heads/both \"$(printf 'refs/heads/b\\366r')\"", folder);
        Git("pack-refs", "--all");
    }

    private void MakeSubversion()
    {
        Shell("svnadmin create svn", Console.Folder);
        var dump = new System.Text.StringBuilder(
            "SVN-fs-dump-format-version: 2\n\nRevision-number: 1\nProp-content-length: "
                + "10\nContent-length: 10\n\nPROPS-END\n\n"
        );
        string[] folders =
        [
            "trunk",
            "branches",
            "tags",
            .. SvnNames.Select(n => "branches/" + n),
            "branches/a\u202eb",
            "tags/n\uffff",
        ];
        foreach (var name in folders)
            dump.Append($"Node-path: {name}\nNode-kind: dir\nNode-action: add\n\n\n");
        BranchNames.Said("svnadmin", ["load", "--quiet", "svn"], dump.ToString(), Console.Folder);
    }

    private static void Shell(string command, string folder) => BranchNames.Said("bash", ["-ec", command], "", folder);
}
