using TestServers.HostPrograms;

namespace TestServers.Tests.Stories.Commands;

/// <summary>
/// known_hosts is read as ssh reads it. Each line is one of the names, the marks and the keys that it may have; what
/// ssh-keygen can be asked, it is asked.
/// </summary>
public sealed class KnownHostsTest : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<Dictionary<string, string>> Keys = new(MakeKeys);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    // Plain names.
    [InlineData("db1 KEY", "db1", 22, HostKeyVerdict.Known)]
    [InlineData("db1,10.0.0.1 KEY", "10.0.0.1", 22, HostKeyVerdict.Known)]
    [InlineData("DB1 KEY", "db1", 22, HostKeyVerdict.Known)]
    [InlineData("db1 KEY", "DB1", 22, HostKeyVerdict.Known)]
    [InlineData("db1\tKEY a comment", "db1", 22, HostKeyVerdict.Known)]
    [InlineData("  db1 KEY", "db1", 22, HostKeyVerdict.Known)]
    [InlineData("db1 OTHER", "db1", 22, HostKeyVerdict.Changed)]
    [InlineData("db1 RSA", "db1", 22, HostKeyVerdict.Changed)]
    [InlineData("db1 OTHER\ndb1 KEY", "db1", 22, HostKeyVerdict.Known)]
    [InlineData("db2 KEY", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("db KEY", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("db1.example KEY", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("", "db1", 22, HostKeyVerdict.Unknown)]
    // Lines that are none.
    [InlineData("#db1 KEY", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("db1 ssh-ed25519", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("db1 ssh-ed25519 AAAA", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("db1 ssh-ed25519 !!!!", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("@unheard-of db1 KEY", "db1", 22, HostKeyVerdict.Unknown)]
    // Ports.
    [InlineData("[db1]:2222 KEY", "db1", 2222, HostKeyVerdict.Known)]
    [InlineData("[db1]:2222 KEY", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("[db1]:2222 KEY", "db1", 2223, HostKeyVerdict.Unknown)]
    [InlineData("[::1]:2222 KEY", "::1", 2222, HostKeyVerdict.Known)]
    [InlineData("::1 KEY", "::1", 22, HostKeyVerdict.Known)]
    [InlineData("db1 KEY", "db1", 2222, HostKeyVerdict.Known)]
    [InlineData("db1 KEY\n[db1]:2222 KEY", "db1", 2222, HostKeyVerdict.Known)]
    [InlineData("[db1]:2222 OTHER", "db1", 2222, HostKeyVerdict.Changed)]
    // Wildcards and negation.
    [InlineData("*.example KEY", "db1.example", 22, HostKeyVerdict.Known)]
    [InlineData("*.example KEY", "example", 22, HostKeyVerdict.Unknown)]
    [InlineData("db? KEY", "db1", 22, HostKeyVerdict.Known)]
    [InlineData("db? KEY", "db12", 22, HostKeyVerdict.Unknown)]
    [InlineData("* KEY", "db1", 2222, HostKeyVerdict.Known)]
    [InlineData("[10.0.0.*]:2222 KEY", "10.0.0.7", 2222, HostKeyVerdict.Known)]
    [InlineData("*,!db1 KEY", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("!db1,* KEY", "db1", 22, HostKeyVerdict.Unknown)]
    [InlineData("*,!db1 KEY", "db2", 22, HostKeyVerdict.Known)]
    [InlineData("!db1 KEY", "db2", 22, HostKeyVerdict.Unknown)]
    [InlineData("!db1,* OTHER\ndb1 KEY", "db1", 22, HostKeyVerdict.Known)]
    [InlineData("d.1 KEY", "db1", 22, HostKeyVerdict.Unknown)]
    // Marks.
    [InlineData("db1 KEY\n@revoked * KEY", "db1", 22, HostKeyVerdict.Revoked)]
    [InlineData("@revoked db1 KEY", "db1", 22, HostKeyVerdict.Revoked)]
    [InlineData("@revoked db2 KEY\ndb1 KEY", "db1", 22, HostKeyVerdict.Known)]
    [InlineData("@revoked * OTHER\ndb1 KEY", "db1", 22, HostKeyVerdict.Known)]
    [InlineData("@cert-authority * KEY", "db1", 22, HostKeyVerdict.Unknown)]
    public void A_key_is_judged(string text, string host, int port, HostKeyVerdict verdict) =>
        Assert.Equal(verdict, KnownHosts.Parse(Filled(text)).Judge(host, port, new(Blob("KEY")), Now));

    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa")]
    [InlineData("rsa")]
    public void Keys_of_every_type_are_known(string type)
    {
        Shell.Run($"ssh-keygen -q -t {type} -N '' -f key", _folder.Path);
        var key = string.Join(' ', File.ReadAllText(_folder["key.pub"]).Split(' ').Take(2));
        var shown = new ShownHostKey(Convert.FromBase64String(key.Split(' ')[1]));
        Assert.Equal(key.Split(' ')[0], shown.Type);
        Assert.Equal(HostKeyVerdict.Known, KnownHosts.Parse($"db1 {key}").Judge("db1", 22, shown, Now));
    }

    [Theory]
    [InlineData("db1", 22)]
    [InlineData("db1.example", 2222)]
    [InlineData("10.0.0.1", 22)]
    [InlineData("::1", 22022)]
    public void Names_that_ssh_keygen_has_hashed_are_known(string host, int port)
    {
        var name = port == 22 ? host : $"[{host}]:{port}";
        File.WriteAllText(_folder["known"], Filled($"{name} KEY\nanother OTHER\n"));
        Shell.Run("ssh-keygen -q -H -f known 2>&1", _folder.Path);
        var known = KnownHosts.Read(_folder["known"]);
        Assert.DoesNotContain(host, File.ReadAllText(_folder["known"]), StringComparison.Ordinal);
        Assert.Equal(HostKeyVerdict.Known, known.Judge(host, port, new(Blob("KEY")), Now));
        Assert.Equal(HostKeyVerdict.Changed, known.Judge(host, port, new(Blob("OTHER")), Now));
        Assert.Equal(HostKeyVerdict.Unknown, known.Judge(host + "x", port, new(Blob("KEY")), Now));
    }

    [Theory]
    [InlineData("db1", "db1")]
    [InlineData("DB1", "db1")]
    [InlineData("db2", "db1")]
    [InlineData("db1,10.0.0.1", "10.0.0.1")]
    [InlineData("[db1]:2222", "[db1]:2222")]
    [InlineData("[db1]:2222", "[db1]:2223")]
    [InlineData("*.example", "db1.example")]
    [InlineData("*.example", "example")]
    [InlineData("db?", "db1")]
    [InlineData("db?", "db12")]
    [InlineData("*,!db1", "db1")]
    [InlineData("!db1,*", "db1")]
    [InlineData("*,!db1", "db2")]
    [InlineData("!db1", "db2")]
    [InlineData("[10.0.0.*]:2222", "[10.0.0.7]:2222")]
    [InlineData("d.1", "db1")]
    public void A_name_fits_when_ssh_keygen_says_so(string names, string name)
    {
        File.WriteAllText(_folder["known"], Filled($"{names} KEY\n"));
        var isFound = Shell.Run($"ssh-keygen -F '{name}' -f known 2>&1 || true", _folder.Path).Length > 0;
        var (host, port) = name.StartsWith('[')
            ? (name[1..name.IndexOf(']', StringComparison.Ordinal)], int.Parse(name.Split("]:")[1]))
            : (name, 22);
        var verdict = KnownHosts.Read(_folder["known"]).Judge(host, port, new(Blob("KEY")), Now);
        Assert.Equal(isFound ? HostKeyVerdict.Known : HostKeyVerdict.Unknown, verdict);
    }

    public static TheoryData<string, string, HostCertificate?, HostKeyVerdict> Certificates()
    {
        const string Authority = "@cert-authority db1 OTHER";
        const HostKeyVerdict Bad = HostKeyVerdict.BadCertificate;
        var good = new HostCertificate(Blob("OTHER"), true, ["db1"], Now.AddDays(-1), Now.AddDays(1), false);
        return new()
        {
            { "@cert-authority *.example,db1 OTHER", "good", good, HostKeyVerdict.Known },
            { Authority, "without principals", good with { Principals = [] }, HostKeyVerdict.Known },
            { Authority, "another host's", good with { Principals = ["db2"] }, Bad },
            { Authority, "a user's", good with { IsOfHost = false }, Bad },
            { Authority, "of yesterday", good with { NotAfter = Now }, Bad },
            { Authority, "of tomorrow", good with { NotBefore = Now.AddHours(1) }, Bad },
            { Authority, "with options", good with { HasCriticalOptions = true }, Bad },
            { "@cert-authority db2 OTHER", "of another's authority", good, HostKeyVerdict.Unknown },
            { "@cert-authority db1 RSA", "of an unknown authority", good, HostKeyVerdict.Unknown },
            { "db1 OTHER", "of a key that is no authority", good, HostKeyVerdict.Changed },
            { "db1 KEY", "whose key is known by itself", good, HostKeyVerdict.Known },
            { $"{Authority}\n@revoked * OTHER", "of a revoked authority", good, HostKeyVerdict.Revoked },
            { $"{Authority}\n@revoked db1 KEY", "of a revoked key", good, HostKeyVerdict.Revoked },
            { Authority, "no certificate", null, HostKeyVerdict.Unknown },
        };
    }

    [Theory, MemberData(nameof(Certificates))]
    public void A_certificate_is_judged(string text, string what, HostCertificate? certificate, HostKeyVerdict verdict)
    {
        var known = KnownHosts.Parse(Filled(text));
        Assert.True(known.Judge("db1", 22, new(Blob("KEY"), certificate), Now) == verdict, what);
    }

    [Fact]
    public void The_host_is_asked_for_the_keys_that_are_known_and_for_none_that_proves_nothing()
    {
        string[] all =
        [
            "ssh-ed25519-cert-v01@openssh.com",
            "ssh-rsa-cert-v01@openssh.com",
            "ssh-ed25519",
            "rsa-sha2-512",
            "ssh-rsa",
            "ssh-dss",
        ];
        string[] Order(string text) => [.. KnownHosts.Parse(Filled(text)).Order("db1", 2222, all)];
        Assert.Equal(["ssh-ed25519", "rsa-sha2-512"], Order("db2 KEY"));
        Assert.Equal(["rsa-sha2-512", "ssh-ed25519"], Order("[db1]:2222 RSA"));
        Assert.Equal(
            ["ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", "rsa-sha2-512"],
            Order("@cert-authority db1 RSA")
        );
    }

    private static byte[] Blob(string name) => Convert.FromBase64String(Keys.Value[name].Split(' ')[1]);

    private static string Filled(string text) =>
        Keys.Value.Aggregate(text, (t, k) => t.Replace(k.Key, k.Value, StringComparison.Ordinal));

    private static Dictionary<string, string> MakeKeys()
    {
        using var folder = new TemporaryFolder();
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, type) in new[] { ("KEY", "ed25519"), ("OTHER", "ed25519"), ("RSA", "rsa") })
        {
            Shell.Run($"ssh-keygen -q -t {type} -N '' -f {name}", folder.Path);
            keys[name] = string.Join(' ', File.ReadAllText(folder[name + ".pub"]).Split(' ').Take(2));
        }
        return keys;
    }
}
