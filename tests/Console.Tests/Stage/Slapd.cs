using System.Diagnostics;
using System.Net.Sockets;

namespace TestServers.Tests.Stage;

/// <summary>A real directory with a few people, of whom otto is not in the group qa.</summary>
public sealed class Slapd : IAsyncDisposable
{
    public const string Password = "lab";

    // slapadd does not have the overlay write it.
    private const string InQa = "\nmemberOf: cn=qa,ou=groups,dc=example";
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private Slapd(string certificate, string key)
    {
        Directory.CreateDirectory(_folder["db"]);
        File.WriteAllText(
            _folder["slapd.conf"],
            $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/inetorgperson.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            moduleload memberof
            TLSCertificateFile {certificate}
            TLSCertificateKeyFile {key}
            database mdb
            suffix "dc=example"
            rootdn "cn=apache,dc=example"
            rootpw {Password}
            directory {_folder["db"]}
            overlay memberof
            """
        );
        File.WriteAllText(
            _folder["people.ldif"],
            string.Join(
                "\n\n",
                [
                    "dn: dc=example\nobjectClass: dcObject\nobjectClass: organization\no: example",
                    Unit("people"),
                    Unit("groups"),
                    Person("uid=anna", "anna", "Anna Berg", "a") + InQa,
                    Person("cn=Weiss\\, Petra", "petra", "Weiss, Petra", "p") + InQa,
                    Person("uid=jörg", "jörg", "Jörg \"J\" Müller", "j") + InQa,
                    Person("uid=otto", "otto", "Otto", "o"),
                    "dn: cn=qa,ou=groups,dc=example\nobjectClass: groupOfNames\ncn: qa\nmember: "
                        + "uid=anna,ou=people,dc=example\n"
                        + "member: cn=Weiss\\, Petra,ou=people,dc=example\nmember:: "
                        + $"{Base64("uid=jörg,ou=people,dc=example")}\n",
                ]
            )
        );
        var (code, output) = LocalTools.Run(
            "/usr/sbin/slapadd",
            "-f",
            _folder["slapd.conf"],
            "-l",
            _folder["people.ldif"]
        );
        Assert.True(code == 0, output);
        Port = LocalTools.FreePort();
        _process = Process.Start(
            new ProcessStartInfo(
                "/usr/sbin/slapd",
                ["-f", _folder["slapd.conf"], "-h", $"ldaps://127.0.0.1:{Port}", "-d", "0"]
            )
            {
                UseShellExecute = false,
            }
        )!;
    }

    public int Port { get; }

    public static async Task<Slapd> Start(string certificate, string key)
    {
        var slapd = new Slapd(certificate, key);
        await Wait.Until(
            "the directory answers",
            async () =>
            {
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync(System.Net.IPAddress.Loopback, slapd.Port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            }
        );
        return slapd;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            LocalTools.Run("kill", "-TERM", $"{_process.Id}");
            await _process.HasEnded();
        }
        _process.Dispose();
        _folder.Dispose();
    }

    private static string Unit(string name) => $"dn: ou={name},dc=example\nobjectClass: organizationalUnit\nou: {name}";

    private static string Person(string rdn, string uid, string name, string password) =>
        $"dn:: {Base64($"{rdn},ou=people,dc=example")}\nobjectClass: inetOrgPerson\nuid:: "
        + $"{Base64(uid)}\ncn:: {Base64(name)}\nsn: x\nmail: {password}@qa.example\n"
        + $"userPassword: {password}";

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}
