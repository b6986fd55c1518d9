using System.Diagnostics;
using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// Health and metrics through the real Apache with the project's own apache-proxy.conf: without a login from this
/// machine, with one from any other, and nothing else with them.
/// </summary>
public sealed class MonitoringApacheTest(BehindApache front) : IClassFixture<BehindApache>
{
    [Theory]
    [InlineData("/console/healthz", "\"status\":\"well\"")]
    [InlineData("/console/metrics", "console_disk_ok 1")]
    [InlineData("/console//healthz", "\"status\":\"well\"")]
    [InlineData("/console/./x/../metrics", "console_disk_ok 1")]
    public async Task From_this_machine_they_need_no_login(string path, string said)
    {
        var answer = await Ask(path);
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains(said, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("X-Remote-User: anna\r\n")]
    [InlineData("X-Remote-User: anna\r\nConnection: X-Remote-User\r\n")]
    [InlineData("Authorization: Basic YW5uYTp3cm9uZw==\r\n")]
    public async Task What_a_local_caller_says_of_himself_changes_nothing(string headers)
    {
        var answer = await Ask("/console/healthz", headers);
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("/console/healthz/../api/me")]
    [InlineData("/console/metrics/../api/servers")]
    [InlineData("/console/healthz/../")]
    [InlineData("/console/healthz/")]
    [InlineData("/console/healthz/api/me")]
    [InlineData("/console/healthzz")]
    [InlineData("/console/healthz.json")]
    [InlineData("/console/healthz;x/../api/me")]
    [InlineData("/console/healthz;x")]
    [InlineData("/console/healthz%2f..%2fapi%2fme")]
    [InlineData("/console/healthz%2F..%2Fapi%2Fme")]
    [InlineData("/console/healthz/%2e%2e/api/me")]
    [InlineData("/console/healthz/.%2e/api/me")]
    [InlineData("/console/healthz%5c..%5capi%5cme")]
    [InlineData("/console/api/me%2f..%2f..%2fhealthz")]
    [InlineData("/console/healthz%00")]
    [InlineData("/console/healthz%0a")]
    [InlineData("/console/healthz%0d%0aapi")]
    [InlineData("/console/healthz%3f")]
    [InlineData("/console/HEALTHZ")]
    [InlineData("/console/api/me?/healthz")]
    [InlineData("/console/api/me#/console/healthz")]
    [InlineData("/console/x/healthz")]
    [InlineData("http://127.0.0.1/console/healthz/../api/me")]
    [InlineData("/console/healthz/../api/me?x=/console/healthz")]
    public async Task No_other_address_comes_with_them(string path)
    {
        var answer = await Ask(path);
        Assert.Matches("^HTTP/1.1 (400|401|403|404) ", answer);
        Assert.DoesNotContain("\"name\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\"servers\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("<title>Test", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("X-Forwarded-For: 192.0.2.7\r\n")]
    [InlineData("X-Forwarded-For: 127.0.0.1\r\n")]
    [InlineData("x-forwarded-for: ::1, 127.0.0.1\r\n")]
    [InlineData("Forwarded: for=127.0.0.1\r\n")]
    [InlineData("X-Real-IP: 127.0.0.1\r\n")]
    [InlineData("Via: 1.1 front\r\n")]
    public async Task What_a_proxy_has_passed_on_is_not_local(string header)
    {
        foreach (var path in new[] { "/console/healthz", "/console/metrics" })
        {
            Assert.StartsWith("HTTP/1.1 401", await Ask(path, header), StringComparison.Ordinal);
            Assert.StartsWith("HTTP/1.1 200", await Ask(path, header + Basic()), StringComparison.Ordinal);
            Assert.StartsWith(
                "HTTP/1.1 200",
                await Ask(path, header + "Authorization: Bearer secret\r\n"),
                StringComparison.Ordinal
            );
            Assert.StartsWith(
                "HTTP/1.1 401",
                await Ask(path, header + "Authorization: Bearer wrong\r\n"),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task Everything_else_still_needs_a_login_from_this_machine()
    {
        foreach (
            var path in new[] { "/console/", "/console/api/me", "/console/api/servers", "/console/openapi/v1.json" }
        )
            Assert.StartsWith("HTTP/1.1 401", await Ask(path), StringComparison.Ordinal);
        using var put = await front.Apache.As("anna", password: "wrong").PutAsync("healthz", null);
        Assert.True(
            put.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.Unauthorized,
            $"{put.StatusCode}"
        );
    }

    /// <summary>Another machine: in a network of the test's own, on the far side of a wire.</summary>
    [WireFact]
    public async Task From_another_machine_they_need_a_login_whatever_it_says()
    {
        await using var wire = await Wire.Lay();
        await using var apache = await ApacheProcess.Before(front.Console, wire.There, Wire.ThereAddress, "anna");
        string Curl(params string[] options)
        {
            string[] command =
            [
                .. wire.Here,
                "curl",
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "--max-time",
                "10",
                .. options,
            ];
            using var curl = Process.Start(
                new ProcessStartInfo(command[0], command[1..])
                {
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                }
            )!;
            return curl.StandardOutput.ReadToEnd();
        }
        foreach (var path in new[] { "healthz", "metrics" })
        {
            var url = $"http://{Wire.ThereAddress}:{apache.Port}/console/{path}";
            Assert.Equal("401", Curl(url));
            foreach (
                var header in new[]
                {
                    "X-Forwarded-For: 127.0.0.1",
                    "X-Real-IP: 127.0.0.1",
                    "Host: localhost",
                    "Forwarded: for=127.0.0.1",
                    "X-Remote-User: anna",
                    "Client-IP: 127.0.0.1",
                }
            )
                Assert.Equal("401", Curl("-H", header, url));
            Assert.Equal("401", Curl("-H", "Authorization: Bearer wrong", url));
            Assert.Equal("200", Curl("-H", "Authorization: Bearer secret", url));
            Assert.Equal("200", Curl("-u", $"anna:{ApacheProcess.PasswordOf("anna")}", url));
        }
    }

    private static string Basic() => $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Anna))}\r\n";

    private static string Anna => $"anna:{ApacheProcess.PasswordOf("anna")}";

    private Task<string> Ask(string path, string headers = "") =>
        front.Apache.Raw(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
                + (headers.Contains("Connection", StringComparison.Ordinal) ? "\r\n" : "Connection: close\r\n\r\n")
        );
}
