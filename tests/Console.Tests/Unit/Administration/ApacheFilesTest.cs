using TestServers.Administration.Checks;

namespace TestServers.Tests.Unit.Administration;

/// <summary>How many calls Apache httpd serves at once, as its files say it.</summary>
public sealed class ApacheFilesTest : IDisposable
{
    private const string Debian = "MaxRequestWorkers 150\nThreadsPerChild 25\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", 400)]
    [InlineData(Debian, 150)]
    [InlineData("MaxClients 300", 300)]
    [InlineData("maxrequestworkers 300\nMaxRequestWorkers 200", 200)]
    [InlineData("MaxRequestWorkers 600", 400)] // More than 16 processes have.
    [InlineData("ServerLimit 30\nMaxRequestWorkers 600", 600)]
    [InlineData("ServerLimit 30\nThreadsPerChild 10\nMaxRequestWorkers 600", 300)]
    [InlineData("# MaxRequestWorkers 200\n  MaxRequestWorkers \\\n 300", 300)]
    [InlineData("Define MANY 350\nMaxRequestWorkers ${MANY}", 350)]
    [InlineData("<IfDefine MANY>\nMaxRequestWorkers 200\n</IfDefine>", 400)]
    [InlineData("Define MANY\n<IfDefine MANY>\nMaxRequestWorkers 200\n</IfDefine>", 200)]
    [InlineData("Define MANY\nUnDefine MANY\n<IfDefine !MANY>\nMaxRequestWorkers 200\n</IfDefine>", 200)]
    [InlineData("<IfModule mpm_event_module>\nMaxRequestWorkers 200\n</IfModule>", 200)]
    [InlineData("<IfModule mpm_prefork_module>\nMaxRequestWorkers 200\n</IfModule>", 400)]
    [InlineData("LoadModule mpm_prefork_module x.so\n<IfModule prefork.c>\nMaxRequestWorkers 9\n</IfModule>", 9)]
    [InlineData("LoadModule mpm_prefork_module x.so\n<IfModule !event.c>\nMaxRequestWorkers 9\n</IfModule>", 9)]
    [InlineData("<IfModule mod_ssl.c>\nMaxRequestWorkers 9\n</IfModule>", 400)]
    [InlineData("LoadModule mpm_prefork_module x.so\nMaxRequestWorkers 600", 256)]
    [InlineData("<IfDefine NO>\n<IfModule mpm_event_module>\nMaxRequestWorkers 9\n</IfModule>\n</IfDefine>", 400)]
    [InlineData("<VirtualHost *:80>\n</VirtualHost>\nMaxRequestWorkers 200", 200)]
    public void The_last_line_that_counts_says_it_and_no_more_than_the_processes_have(string text, int calls) =>
        Assert.Equal(calls, ApacheFiles.Read(Write("apache2.conf", text)).Calls.Calls);

    [Fact]
    public void What_is_included_is_read_in_its_order_and_the_shipped_file_is_enough()
    {
        Write("mods-enabled/mpm_event.load", "LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so");
        Write("mods-enabled/mpm_event.conf", Debian);
        var root = Write(
            "apache2.conf",
            "IncludeOptional mods-enabled/*.load\nIncludeOptional mods-enabled/*.conf\n"
                + "IncludeOptional conf-enabled/*.conf\nIncludeOptional missing/*.conf\nInclude ports.conf\n"
        );
        var before = ApacheFiles.Look(root, CallPlaces.InAll);
        Assert.Equal(PartState.Wrong, before.State);
        Assert.Contains("150 at once", before.Message, StringComparison.Ordinal);
        Assert.Contains("mpm_event.conf:1", before.Message, StringComparison.Ordinal);
        Assert.Contains("apache-limits.conf", before.Message, StringComparison.Ordinal);

        Write("conf-enabled/console-limits.conf", File.ReadAllText(Sources.Of("apache-limits.conf")));
        var after = ApacheFiles.Look(root, CallPlaces.InAll);
        Assert.Equal((PartState.Ok, 600), (after.State, ApacheFiles.Read(root).Calls.Calls));
        Assert.Contains("600 at once", after.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_is_said_to_be_unknown_and_what_includes_itself_ends()
    {
        Assert.Contains(
            "is not known",
            ApacheFiles.Look(Path.Combine(_folder.Path, "none.conf"), 1).Message,
            StringComparison.Ordinal
        );
        var circle = ApacheFiles.Look(Write("apache2.conf", "Include apache2.conf"), 1);
        Assert.Equal(PartState.Warning, circle.State);
        Assert.Contains("included each other", circle.Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        var path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
