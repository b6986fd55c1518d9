using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace TestServers.Tests.Stage;

/// <summary>
/// A real Apache httpd with the project's own apache-proxy.conf before a console, and users with passwords.
/// </summary>
public sealed class ApacheProcess : IAsyncDisposable
{
    private static readonly string[] Modules =
    [
        "mpm_event",
        "authn_core",
        "authn_file",
        "authz_core",
        "authz_host",
        "authz_user",
        "auth_basic",
        "headers",
        "reqtimeout",
        "proxy",
        "proxy_http",
        "setenvif",
        "filter",
        "deflate",
        "alias",
        "unixd",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private ApacheProcess(ConsoleProcess console, Dictionary<string, string> passwords, string[] within, string address)
    {
        File.SetUnixFileMode(_folder.Path, FileModes.Reachable);
        File.SetUnixFileMode(console.Folder, FileModes.Reachable);
        File.SetUnixFileMode(console.Socket, FileModes.Open);
        SetPasswords(passwords);
        Port = LocalTools.FreePort();
        File.WriteAllText(
            _folder["apache.conf"],
            $"""
            ServerName 127.0.0.1
            Listen {address}:{Port}
            ServerRoot {_folder.Path}
            DefaultRuntimeDir {_folder.Path}
            PidFile {_folder["pid"]}
            Mutex file:{_folder.Path} default
            ErrorLog {_folder["errors"]}
            {string.Join(
                '\n',
                Modules.Where(m => m != "unixd" || File.Exists(ModuleFile(m))).Select(m =>
                    $"LoadModule {m}_module {ModuleFile(m)}"
                )
            )}
            {(Environment.UserName == "root" ? "User nobody\nGroup nogroup" : "")}
            AddOutputFilterByType DEFLATE text/plain text/html text/css text/javascript application/json
            Define CONSOLE_SOCKET {console.Socket}
            Define CONSOLE_USERS {_folder["users"]}
            Define CONSOLE_CLEARTEXT
            Include {ConfFile("apache-limits.conf")}
            Include {ConfFile()}
            """
        );
        string[] command = [.. within, "/usr/sbin/apache2", "-f", _folder["apache.conf"], "-DFOREGROUND"];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false })!;
    }

    public int Port { get; }

    /// <summary>Takes away the file with people's passwords.</summary>
    public void LoseUsers() => File.Delete(_folder["users"]);

    /// <summary>Starts one before a console that runs; each user's password is "PASSWORD of NAME".</summary>
    public static async Task<ApacheProcess> Before(ConsoleProcess console, params string[] users)
    {
        var apache = new ApacheProcess(
            console,
            users.ToDictionary(u => u, PasswordOf, StringComparer.Ordinal),
            [],
            "127.0.0.1"
        );
        using var http = apache.As(users[0]);
        await Wait.Until(
            "Apache answers",
            async () =>
            {
                try
                {
                    return (await http.GetAsync("api/me")).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    Assert.False(apache._process.HasExited, apache.Errors);
                    return false;
                }
            }
        );
        return apache;
    }

    /// <summary>Starts one elsewhere, at an address that cannot be reached from here.</summary>
    /// <param name="within">Where it runs: the beginning of a command.</param>
    public static async Task<ApacheProcess> Before(
        ConsoleProcess console,
        string[] within,
        string address,
        params string[] users
    )
    {
        var apache = new ApacheProcess(
            console,
            users.ToDictionary(u => u, PasswordOf, StringComparer.Ordinal),
            within,
            address
        );
        await Wait.Until("Apache runs", () => File.Exists(apache._folder["pid"]) || apache._process.HasExited);
        Assert.False(apache._process.HasExited, apache.Errors);
        return apache;
    }

    public string Errors => File.Exists(_folder["errors"]) ? File.ReadAllText(_folder["errors"]) : "";

    public static string PasswordOf(string user) => $"PASSWORD of {user}";

    public static string ConfFile(string name = "apache-proxy.conf") => Sources.Of(name);

    /// <summary>Replaces the file of users, as an administrator does.</summary>
    public void SetPasswords(Dictionary<string, string> passwords) =>
        File.WriteAllLines(_folder["users"], passwords.Select(p => LineOf(p.Key, p.Value)));

    /// <summary>
    /// A client that sends a password with each request, as curl and browsers do; it keeps cookies only when it is told
    /// to.
    /// </summary>
    public HttpClient As(string user, CookieContainer? cookies = null, string? password = null)
    {
        var http = new HttpClient(
            new SocketsHttpHandler
            {
                UseCookies = cookies is not null,
                CookieContainer = cookies ?? new(),
                AllowAutoRedirect = false,
            }
        )
        {
            BaseAddress = new($"http://127.0.0.1:{Port}/console/"),
            Timeout = TimeSpan.FromSeconds(60),
        };
        http.DefaultRequestHeaders.Authorization = new(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password ?? PasswordOf(user)}"))
        );
        return http;
    }

    /// <summary>
    /// Sends bytes as they are, because clients tidy up what attackers do not; gives back all that comes until the end.
    /// </summary>
    public async Task<string> Raw(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var stop = Process.Start("kill", ["-TERM", $"{_process.Id}"])!;
            await _process.HasEnded();
        }
        _process.Dispose();
        _folder.Dispose();
    }

    private static string ModuleFile(string name) => $"/usr/lib/apache2/modules/mod_{name}.so";

    private static string LineOf(string user, string password)
    {
        using var htpasswd = Process.Start(
            new ProcessStartInfo("htpasswd", ["-nbB", "-C", "5", user, password])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        return htpasswd.StandardOutput.ReadToEnd().Trim();
    }
}
