using System.Globalization;

namespace TestServers.Tests.Stage;

/// <summary>What a stand-in did: the verb, on what, from when to when in seconds since 1970.</summary>
internal sealed record HostDeed(string Verb, string What, double Began, double Ended);

/// <summary>
/// Stand-ins for the host programs behind the lab's real sshds: a key of this run alone may start them, until the run
/// is over. One sshd serves for all guests, the database host's for the database host.
/// </summary>
internal sealed class StandIns : IAsyncDisposable
{
    private const string Guest = "qa01",
        DatabaseHost = "database-host";
    private readonly LabFixture _lab;
    private readonly string _folder;
    private readonly string _publicKey;

    private StandIns(LabFixture lab, string folder, string publicKey) =>
        (_lab, _folder, _publicKey) = (lab, folder, publicKey);

    public static async Task<StandIns> Install(LabFixture lab, IEnumerable<string> bases, double settingsSeconds)
    {
        var folder = Directory.CreateDirectory(Path.Combine(lab.Folder, $"stand-in-{Environment.ProcessId}")).FullName;
        var program = Path.Combine(folder, "stand-in");
        File.Copy(Path.Combine(LabHost.Root(), "tests/Console.Tests/Stage/stand-in"), program);
        await LabHost.Run("chmod", "0755", folder, program);
        File.WriteAllLines(Path.Combine(folder, "bases"), bases);
        File.WriteAllText(Path.Combine(folder, "journal"), "");
        await LabHost.Run("chmod", "0666", Path.Combine(folder, "journal"));
        await LabHost.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, "key"));
        var ins = new StandIns(lab, folder, File.ReadAllText(Path.Combine(folder, "key.pub")).Trim());
        foreach (var (host, name) in new[] { (Guest, "guest"), (DatabaseHost, "database-host") })
        {
            File.AppendAllText(
                ins.KeysOf(host),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"restrict,command=\"{program} {name} {folder} {settingsSeconds}\" {ins._publicKey}\n"
                )
            );
        }
        return ins;
    }

    public string GuestAddress =>
        _lab
            .Status.GetProperty("servers")
            .EnumerateArray()
            .First(s => s.GetProperty("name").GetString() == Guest)
            .GetProperty("address")
            .GetString()!;

    public string DatabaseAddress => _lab.Status.GetProperty("database").GetProperty("address").GetString()!;

    /// <summary>How they are reached, as members of the settings' ssh.</summary>
    public string Ssh
    {
        get
        {
            var ssh = System
                .Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(
                    File.ReadAllText(_lab.Status.GetProperty("settings").GetString()!)
                )
                .GetProperty("guests")
                .GetProperty("ssh");
            return $"""
                "user": "{ssh.GetProperty("user").GetString()}", "port": {ssh.GetProperty(
                        "port"
                    ).GetInt32()}, "key": "{_folder}/key", "knownHosts": "{_lab.Status.GetProperty(
                    "keys"
                ).GetString()}/known_hosts"
                """;
        }
    }

    /// <summary>No copy ends before <see cref="EndCopies"/>.</summary>
    public void HoldCopies() => File.WriteAllText(Path.Combine(_folder, "hold"), "");

    public void EndCopies() => File.Delete(Path.Combine(_folder, "hold"));

    /// <summary>What they did so far, in the order in which it began.</summary>
    public List<HostDeed> Journal =>
        [
            .. File.ReadAllLines(Path.Combine(_folder, "journal"))
                .Select(l => l.Split(' '))
                .Select(w => new HostDeed(
                    w[0],
                    w[1],
                    double.Parse(w[2], CultureInfo.InvariantCulture),
                    double.Parse(w[3], CultureInfo.InvariantCulture)
                ))
                .OrderBy(d => d.Began),
        ];

    /// <summary>The processes of those that still run.</summary>
    public IEnumerable<int> Running =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => int.Parse(name!))
            .Where(IsRunning);

    public bool IsRunning(int process) =>
        LabHost.Read($"/proc/{process}/cmdline").Contains(Path.Combine(_folder, "stand-in"), StringComparison.Ordinal);

    public ValueTask DisposeAsync()
    {
        foreach (var host in new[] { Guest, DatabaseHost })
        {
            // Written in place: the file keeps its owner.
            File.WriteAllLines(
                KeysOf(host),
                File.ReadAllLines(KeysOf(host)).Where(l => !l.Contains(_publicKey, StringComparison.Ordinal))
            );
        }
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private string KeysOf(string host) => Path.Combine(_lab.Folder, "sshd", host, "authorized_keys");
}
