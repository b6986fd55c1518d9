using System.Diagnostics;
using System.Text;

namespace TestServers.Tests.Stage;

/// <summary>A real Apache with the settings of a site, asked for what it has understood.</summary>
internal sealed class SiteApache : IAsyncDisposable
{
    private const string Modules = "/usr/lib/apache2/modules";
    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly TemporaryFolder _folder;

    public SiteApache(TemporaryFolder folder, string site)
    {
        _folder = folder;
        Directory.CreateDirectory(folder["www"]);
        File.WriteAllText(folder["www/page"], "page");
        File.WriteAllText(folder["site.conf"], site);
        var port = LocalTools.FreePort();
        // V and PATH are what the site could read or change.
        File.WriteAllText(
            folder["httpd.conf"],
            $$"""
            ServerName localhost
            Listen 127.0.0.1:{{port}}
            {{(Environment.UserName == "root" ? "User www-data\nGroup www-data" : "")}}
            PidFile {{folder.Path}}/apache.pid
            DefaultRuntimeDir {{folder.Path}}
            Mutex file:{{folder.Path}} default
            ErrorLog {{folder.Path}}/error.log
            LimitRequestFieldSize 65536
            LoadModule mpm_event_module {{Modules}}/mod_mpm_event.so
            LoadModule authz_core_module {{Modules}}/mod_authz_core.so
            LoadModule alias_module {{Modules}}/mod_alias.so
            LoadModule env_module {{Modules}}/mod_env.so
            LoadModule headers_module {{Modules}}/mod_headers.so
            DocumentRoot {{folder.Path}}/www
            AliasMatch ^ {{folder.Path}}/www/page
            <Location "/">
            Header always set X-Value "[%{V}e]"
            Header always set X-Other "%{OTHER}e"
            </Location>
            Include {{folder.Path}}/site.conf
            """
        );
        Chmod(folder.Path);
        var start = new ProcessStartInfo("/usr/sbin/apache2") { UseShellExecute = false, RedirectStandardError = true };
        foreach (var argument in (string[])["-f", folder["httpd.conf"], "-DFOREGROUND"])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _http = new(new SocketsHttpHandler { ResponseHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        {
            BaseAddress = new($"http://127.0.0.1:{port}/"),
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    /// <summary>What V is at a place, or the header that the site sets itself.</summary>
    public async Task<string> ValueAt(int place) => (await Header(place, "X-Value"))[1..^1];

    /// <summary>Something that the site does not name.</summary>
    public async Task<string> OtherAt(int place) =>
        (await Header(place, "X-Other")).Replace("(null)", "", StringComparison.Ordinal);

    private async Task<string> Header(int place, string name)
    {
        HttpResponseMessage? answer = null;
        await Wait.Until(
            "Apache answers",
            async () =>
            {
                if (_process.HasExited)
                    Assert.Fail($"Apache does not start: {await _process.StandardError.ReadToEndAsync()}");
                try
                {
                    answer = await _http.GetAsync(place.ToString());
                    return true;
                }
                catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
                {
                    return false;
                }
            }
        );
        using (answer)
            return string.Concat(answer!.Headers.GetValues(name));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            using var stop = Process.Start("/bin/kill", [_process.Id.ToString()]);
            await stop.HasEnded();
            await _process.HasEnded();
        }
        _process.Dispose();
    }

    // As root its workers are another user.
    private static void Chmod(string folder) => File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
}
