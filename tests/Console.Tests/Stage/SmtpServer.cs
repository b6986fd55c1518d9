using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>A real SMTP server; what it does with whom is at the head of smtp-server.py.</summary>
internal sealed class SmtpServer : IAsyncDisposable
{
    public const string User = "console";
    public const string Password = "sesame";
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private SmtpServer(string[] more)
    {
        Directory.CreateDirectory(_folder["letters"]);
        LocalTools.MakeCertificate(_folder["cert.pem"], _folder["key.pem"]);
        File.WriteAllText(_folder["password"], Password + "\n");
        var program = Sources.Of("tests/Console.Tests/Stage/smtp-server.py");
        string[] tls = ["--tls", _folder["cert.pem"], _folder["key.pem"]];
        var options = more.SelectMany(m => m == "--tls" ? tls : [m]);
        string[] arguments = [program, $"{Port}", _folder["letters"], .. options];
        _process = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", arguments)
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
    }

    public int Port { get; } = LocalTools.FreePort();
    public string Certificate => _folder["cert.pem"];
    public string PasswordFile => _folder["password"];

    /// <summary>What it has taken, the first first.</summary>
    public IReadOnlyList<JsonElement> Letters =>
        [
            .. Directory
                .EnumerateFiles(_folder["letters"], "*.json")
                .OrderBy(f => int.Parse(Path.GetFileNameWithoutExtension(f)))
                .Select(f => JsonDocument.Parse(File.ReadAllText(f)).RootElement),
        ];

    /// <param name="more">Options of the program; --tls is with a certificate of its own.</param>
    public static async Task<SmtpServer> Start(params string[] more)
    {
        var server = new SmtpServer(more);
        var said = await server._process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("ready", said);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.HasEnded();
        _process.Dispose();
        _folder.Dispose();
    }
}
