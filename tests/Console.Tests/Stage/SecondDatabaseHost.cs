using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>
/// A second database host beside the lab's: a PostgreSQL of its own with its own data, reached by the lab's sshd with a
/// key that starts the project's program for it. At the end it is gone, and so is what a console has made of its bases
/// on the lab's.
/// </summary>
internal sealed class SecondDatabaseHost : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";

    // $1: the lab's folder; $2: this host's; $3: address; $4: port; $5: where PostgreSQL's programs are.
    private const string Make = """
        set -eu
        umask 027
        mkdir -p "$2/socket" "$2/work"
        "$5/initdb" -D "$2/cluster" -U lab -E UTF8 --locale=C.UTF-8 --auth=reject >"$2/initdb.log" 2>&1
        cat >>"$2/cluster/postgresql.conf" <<END
        listen_addresses = '$3'
        port = $4
        unix_socket_directories = '$2/socket'
        password_encryption = scram-sha-256
        shared_buffers = 32MB
        END
        printf 'local all all peer map=lab\nhost all all 127.0.0.0/8 scram-sha-256\n' >"$2/cluster/pg_hba.conf"
        printf "lab $(id -un) %s\n" lab console shop >"$2/cluster/pg_ident.conf"
        sed -e "s|^socket=.*|socket=$2/socket|" -e "s|^port=.*|port=$4|" -e "s|^folder=.*|folder=$2/work|" \
          -e "s|^data_directory=.*|data_directory=$2/cluster|" "$1/database-host/config" >"$2/config"
        """;

    private readonly LabFixture _lab;
    private readonly string _folder;
    private readonly TemporaryFolder _keys = new();
    private Process? _postgres;

    private SecondDatabaseHost(LabFixture lab)
    {
        _lab = lab;
        _folder = Path.Combine(lab.Folder, $"second-host-{Environment.ProcessId}");
        // Behind those that the lab has.
        Port = lab.SshPort + 6;
    }

    public int Port { get; }

    private string Address => _lab.Status.GetProperty("database").Text("address")!;

    public static async Task<SecondDatabaseHost> Raise(LabFixture lab)
    {
        var host = new SecondDatabaseHost(lab);
        await lab.AsOwner("bash", "-c", Make, "-", lab.Folder, host._folder, host.Address, $"{host.Port}", Programs);
        await host.Start();
        await host.Sql("CREATE ROLE reporting");
        await host.Sql("CREATE ROLE console LOGIN CREATEDB IN ROLE pg_signal_backend");
        var password = File.ReadAllText(Path.Combine(lab.Folder, "secrets/shop.password")).Trim();
        await host.Sql($"CREATE ROLE shop LOGIN PASSWORD '{password}' ROLE console");
        await LabHost.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host._keys["key"]);
        var program = Path.Combine(lab.Folder, "console/scripts/database-host/database-host");
        File.AppendAllText(
            host.AuthorizedKeys,
            $"restrict,command=\"{program} {host._folder}/config\" {File.ReadAllText(host._keys["key.pub"]).Trim()}\n"
        );
        return host;
    }

    /// <summary>Its place in a console's settings, beside the lab's first one.</summary>
    public JsonArray Settings(string name)
    {
        var labs = JsonNode.Parse(File.ReadAllText(Path.Combine(_lab.Folder, "console.json")))!["databaseHosts"]![0]!;
        var second = labs.DeepClone();
        (second["name"], second["port"]) = (name, Port);
        second["ssh"]!["key"] = _keys["key"];
        return new JsonArray(labs.DeepClone(), second);
    }

    public async Task Start()
    {
        _postgres = _lab.StartAsOwner($"{Programs}/postgres", "-D", $"{_folder}/cluster");
        _postgres.BeginErrorReadLine();
        _postgres.BeginOutputReadLine();
        await Wait.Until(
            "the second PostgreSQL answers",
            () =>
            {
                using var asked = Process.Start(
                    new ProcessStartInfo($"{Programs}/pg_isready", ["-q", "-h", Address, "-p", $"{Port}"])
                )!;
                asked.WaitForExit();
                return asked.ExitCode == 0;
            },
            30
        );
    }

    /// <summary>It has an accident: nothing of it answers until it is started again.</summary>
    public async Task End()
    {
        var process = File.ReadAllLines($"{_folder}/cluster/postmaster.pid")[0];
        await LabHost.Run("kill", "-QUIT", process);
        await _postgres!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        _postgres.Dispose();
        _postgres = null;
    }

    public async Task<string[]> Sql(string sql) =>
        (
            await _lab.AsOwner(
                "psql",
                "-X",
                "-q",
                "-At",
                "-h",
                $"{_folder}/socket",
                "-p",
                $"{Port}",
                "-U",
                "lab",
                "-d",
                "postgres",
                "-c",
                sql
            )
        ).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Holds a lock of the program on the lab's own database host, so that whoever wants it waits.</summary>
    public Held HoldAtLab(string name) => Hold(Path.Combine(_lab.Folder, "database-host", "work", "locks", name));

    /// <summary>The same on this one.</summary>
    public Held HoldHere(string name) => Hold(Path.Combine(_folder, "work/locks", name));

    /// <summary>The same of any file of the lab's.</summary>
    public Held Hold(string file) => new(_lab.StartAsOwner("flock", file, "sleep", "600"));

    /// <summary>A lock that is held until this is disposed.</summary>
    public sealed class Held(Process process) : IDisposable
    {
        private Process? _process = process;

        public void Dispose()
        {
            _process?.Kill(entireProcessTree: true);
            _process?.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
            await End();
        // Written in place: the file keeps its owner.
        if (File.Exists(_keys["key.pub"]))
        {
            var own = File.ReadAllText(_keys["key.pub"]).Trim();
            File.WriteAllLines(
                AuthorizedKeys,
                File.ReadAllLines(AuthorizedKeys).Where(l => !l.Contains(own, StringComparison.Ordinal))
            );
        }
        await _lab.AsOwner("rm", "-rf", "--", _folder);
        _keys.Dispose();
    }

    private string AuthorizedKeys => Path.Combine(_lab.Folder, "sshd/database-host/authorized_keys");
}
