using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.Tests.Stage;

/// <summary>
/// A real Apache httpd with lines of a test's own: a port without TLS and one with, all modules that are loaded by
/// Debian's a2enmod lines in the documents, and users whose password is that of <see cref="ApacheProcess"/>.
/// </summary>
public sealed class Httpd : IAsyncDisposable
{
    private static readonly string[] Modules = (
        "mpm_event authn_core authn_file authz_core authz_host authz_user auth_basic headers reqtimeout "
        + "proxy proxy_http setenvif filter deflate alias socache_shmcb"
    ).Split(' ');
    private readonly TemporaryFolder _folder = new();
    private Process? _process;

    public Httpd(ConsoleProcess? console = null, params string[] users)
    {
        File.SetUnixFileMode(_folder.Path, FileModes.Reachable | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        if (console is not null)
        {
            File.SetUnixFileMode(console.Folder, FileModes.Reachable);
            File.SetUnixFileMode(console.Socket, FileModes.Open);
        }
        Console = console;
        (Port, TlsPort) = (LocalTools.FreePort(), LocalTools.FreePort());
        File.WriteAllLines(
            _folder["users"],
            users.Select(u =>
                LocalTools.Run("htpasswd", "-nbB", "-C", "5", u, ApacheProcess.PasswordOf(u)).Output.Trim()
            )
        );
        LocalTools.MakeCertificate(_folder["cert.pem"], _folder["key.pem"]);
    }

    public ConsoleProcess? Console { get; }
    public int Port { get; }
    public int TlsPort { get; }
    public string this[string file] => _folder[file];
    public string Errors => File.Exists(_folder["errors"]) ? File.ReadAllText(_folder["errors"]) : "";

    /// <summary>The lines that stand before a console's apache-proxy.conf.</summary>
    public string Limits => $"Include {ApacheProcess.ConfFile("apache-limits.conf")}\n{Places}";
    public string Places => $"Define CONSOLE_SOCKET {Console!.Socket}\nDefine CONSOLE_USERS {_folder["users"]}\n";
    public static string Proxy => $"Include {ApacheProcess.ConfFile()}\n";

    /// <summary>A virtual host with TLS.</summary>
    public string Tls(string lines = "") =>
        $"""
            <VirtualHost 127.0.0.1:{TlsPort}>
              SSLEngine on
              SSLCertificateFile {_folder["cert.pem"]}
              SSLCertificateKeyFile {_folder["key.pem"]}
              {lines}
            </VirtualHost>

            """;

    /// <summary>Whether Apache takes these lines, and what it says to them.</summary>
    public (int Code, string Output) Check(string lines, params string[] modules)
    {
        Write(lines, modules);
        return LocalTools.Run("/usr/sbin/apache2", "-t", "-f", _folder["apache.conf"]);
    }

    public async Task Start(string lines, params string[] modules)
    {
        var (code, output) = Check(lines, modules);
        Assert.True(code == 0, output);
        _process = Process.Start(
            new ProcessStartInfo("/usr/sbin/apache2", ["-f", _folder["apache.conf"], "-DFOREGROUND"])
            {
                UseShellExecute = false,
            }
        )!;
        await Wait.Until(
            "Apache runs",
            () => Begun == 1 || (_process.HasExited ? throw new InvalidOperationException(Errors) : false)
        );
    }

    /// <summary>Reloads as logrotate does, and returns when the new processes serve.</summary>
    public async Task Reload()
    {
        var before = Begun;
        LocalTools.Run("kill", "-USR1", $"{_process!.Id}");
        await Wait.Until("Apache has begun anew", () => Begun > before);
    }

    /// <summary>A client of one address, with a password when a user is named, and by TLS when it is https.</summary>
    public HttpClient Client(
        string address,
        string? user = null,
        Version? version = null,
        string? password = null,
        bool cookies = false
    )
    {
        var tls = address.StartsWith("https", StringComparison.Ordinal);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = cookies,
            // What is closed is closed at once, as curl and browsers do it.
            ResponseDrainTimeout = TimeSpan.Zero,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(
                    address.Contains("[::1]", StringComparison.Ordinal) ? IPAddress.IPv6Loopback : IPAddress.Loopback,
                    tls ? TlsPort : Port,
                    cancel
                );
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.GetRawCertDataString()
            == X509CertificateLoader.LoadCertificateFromFile(_folder["cert.pem"]).GetRawCertDataString();
        var http = new HttpClient(handler)
        {
            BaseAddress = new(address),
            Timeout = TimeSpan.FromSeconds(30),
            DefaultRequestVersion = version ?? HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (user is not null)
            http.DefaultRequestHeaders.Authorization = new(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password ?? ApacheProcess.PasswordOf(user)}"))
            );
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            LocalTools.Run("kill", "-TERM", $"{_process.Id}");
            await _process.HasEnded();
        }
        _process?.Dispose();
        _folder.Dispose();
    }

    private int Begun => Regex.Count(Errors, "resuming normal operations");

    private void Write(string lines, string[] modules) =>
        File.WriteAllText(
            _folder["apache.conf"],
            $"""
            ServerName 127.0.0.1
            Listen 127.0.0.1:{Port}
            Listen 127.0.0.1:{TlsPort}
            Listen [::1]:{Port}
            ServerRoot {_folder.Path}
            DefaultRuntimeDir {_folder.Path}
            DocumentRoot {_folder.Path}
            PidFile {_folder["pid"]}
            Mutex file:{_folder.Path} default
            ErrorLog {_folder["errors"]}
            {string.Join(
                '\n',
                Modules.Concat(modules).Select(m =>
                    $"LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so"
                )
            )}
            {(Environment.UserName == "root" ? "User nobody\nGroup nogroup" : "")}
            AddOutputFilterByType DEFLATE text/plain text/html text/css text/javascript application/json
            {lines}
            """
        );
}
