using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TestServers.Administration.Checks;

namespace TestServers.Tests.Unit.Administration;

/// <summary>What `console check` makes of what it finds.</summary>
public sealed class ChecksTest
{
    private static readonly DateTime Now = new(2026, 11, 27, 12, 0, 0, DateTimeKind.Local);

    [Theory]
    [InlineData(-30, 90, SslPolicyErrors.None, PartState.Ok, "holds until 2027-02-25")]
    [InlineData(-30, 10, SslPolicyErrors.None, PartState.Warning, "ends on 2026-12-07. Renew it")]
    [InlineData(-90, -1, SslPolicyErrors.RemoteCertificateChainErrors, PartState.Wrong, "has ended on 2026-11-26")]
    [InlineData(2, 90, SslPolicyErrors.RemoteCertificateChainErrors, PartState.Wrong, "holds from 2026-11-29 on")]
    [InlineData(-30, 90, SslPolicyErrors.RemoteCertificateNameMismatch, PartState.Wrong, "other names (CN=qa.example)")]
    [InlineData(-30, 10, SslPolicyErrors.RemoteCertificateNameMismatch, PartState.Wrong, "other names (CN=qa.example)")]
    [InlineData(
        -30,
        90,
        SslPolicyErrors.RemoteCertificateChainErrors,
        PartState.Warning,
        "does not trust that of https"
    )]
    public void A_certificate_is_judged_by_its_days_its_name_and_who_made_it(
        int begins,
        int ends,
        SslPolicyErrors errors,
        object state,
        string said
    )
    {
        using ECDsa key = ECDsa.Create(),
            its = ECDsa.Create();
        var ca = new CertificateRequest("CN=a CA", its, HashAlgorithmName.SHA256);
        ca.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = ca.CreateSelfSigned(new(Now.AddYears(-1)), new(Now.AddYears(1)));
        var request = new CertificateRequest("CN=qa.example", key, HashAlgorithmName.SHA256);
        using var shown = request.Create(issuer, new(Now.AddDays(begins)), new(Now.AddDays(ends)), [1, 2, 3]);
        var part = FrontChecks.Judge("https://qa.example", shown, null, errors, Now);
        Assert.Equal(state, part.State);
        Assert.Contains(said, part.Message, StringComparison.Ordinal);
        // As each Debian has one: it is to be replaced, whatever is on it, and nothing is broken.
        using var own = request.CreateSelfSigned(new(Now.AddDays(begins)), new(Now.AddDays(ends)));
        if (begins < 0 && ends > 0)
            Assert.Equal(
                (PartState.Warning, true),
                (
                    FrontChecks.Judge("https://qa.example", own, null, errors, Now).State,
                    FrontChecks
                        .Judge("https://qa.example", own, null, errors, Now)
                        .Message.Contains("has made for itself", StringComparison.Ordinal)
                )
            );
    }

    [Theory]
    [InlineData(null, null, "", false)]
    [InlineData(5L << 30, 100L << 30, "5120 of 102400 MiB left", true)]
    [InlineData(5L << 30, 20L << 30, "5120 of 20480 MiB left", false)]
    [InlineData(60L << 30, 1000L << 30, "61440 of 1024000 MiB left", false)]
    [InlineData(0L, 0L, "0 of 0 MiB left", false)]
    [InlineData(2L << 30, null, "2048 MiB left", false)]
    [InlineData(1L << 29, null, "512 MiB left", true)]
    public void Little_room_on_a_host_is_told(long? free, long? size, string text, bool isShort) =>
        Assert.Equal((text, isShort), HostChecks.OfDisk(free, size));

    [Theory]
    [InlineData("restore", "warning", PartState.Wrong)]
    [InlineData("base", "warning", PartState.Wrong)]
    [InlineData("webhook", "warning", PartState.Warning)]
    [InlineData("disk", "failing", PartState.Wrong)]
    public void What_the_console_says_of_last_night_and_itself_is_told(string part, string state, object judged)
    {
        var parts = ServingChecks
            .OfHealth(
                $$"""
                { "status": "degraded", "problems": [
                  { "part": "{{part}}", "name": "shop", "state": "{{state}}", "message": "It is not well." },
                  { "part": "server", "name": "qa01", "state": "warning", "message": "Looked at elsewhere." } ] }
                """
            )
            .ToList();
        Assert.Equal(["console", part], parts.Select(p => p.Part));
        Assert.Equal((judged, "It is not well."), (parts[1].State, parts[1].Message));
    }

    [Theory]
    [InlineData("It works!")]
    [InlineData("{}")]
    [InlineData("[]")]
    public void What_is_no_console_is_told(string said) =>
        Assert.Equal([PartState.Wrong], ServingChecks.OfHealth(said).Select(p => p.State));
}
