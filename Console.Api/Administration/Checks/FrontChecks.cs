using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TestServers.Administration.Checks;

/// <summary>The web server before the console, at the address that people use, and its certificate.</summary>
internal static class FrontChecks
{
    private const string Part = "web server",
        Certificate = "certificate";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public static async Task<IReadOnlyList<CheckedPart>> Look(
        ConsoleSettings settings,
        string? url,
        CancellationToken cancel
    )
    {
        if (settings.Listen.Socket is null)
            return
            [
                CheckedPart.Warn(
                    Part,
                    "",
                    "There is none: the console is open to everybody on this machine. docs/web-server.md has the way."
                ),
            ];
        if ((url ?? settings.PublicUrl)?.TrimEnd('/') is not { } address)
            return
            [
                CheckedPart.Warn(
                    Part,
                    "",
                    "It was not looked at: name where people open the console by --url, or as `publicUrl` in the "
                        + "settings."
                ),
            ];
        CheckedPart? certificate = null;
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        // Nothing secret is sent, and a fault of the certificate hides no other.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, chain, errors) =>
        {
            certificate ??= shown is X509Certificate2 its ? Judge(address, its, chain, errors, DateTime.Now) : null;
            return shown is not null;
        };
        using var http = new HttpClient(handler) { Timeout = Limit };
        var front = await Ask(http, address, cancel);
        return certificate is null ? [front] : [front, certificate];
    }

    /// <summary>What a certificate is good for, seen from this machine.</summary>
    internal static CheckedPart Judge(
        string address,
        X509Certificate2 shown,
        X509Chain? chain,
        SslPolicyErrors errors,
        DateTime now
    )
    {
        const string Renew = "Renew it, and have Apache read it again (apache2ctl graceful).";
        if (shown.NotAfter < now)
            return CheckedPart.Wrong(
                Certificate,
                "",
                $"That of {address} has ended on {shown.NotAfter:yyyy-MM-dd}. {Renew}"
            );
        if (shown.NotBefore > now)
            return CheckedPart.Wrong(
                Certificate,
                "",
                $"That of {address} holds from {shown.NotBefore:yyyy-MM-dd} on. Look at this machine's clock."
            );
        if (shown.SubjectName.RawData.AsSpan().SequenceEqual(shown.IssuerName.RawData))
            return CheckedPart.Warn(
                Certificate,
                "",
                $"{address} shows one that a machine has made for itself: browsers warn of it. Name yours in Apache's "
                    + "site (SSLCertificateFile)."
            );
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return CheckedPart.Wrong(
                Certificate,
                "",
                $"That of {address} is for other names ({shown.Subject}): browsers refuse it. Have one "
                    + "made for this name."
            );
        if (shown.NotAfter - now < Soon)
            return CheckedPart.Warn(Certificate, "", $"That of {address} ends on {shown.NotAfter:yyyy-MM-dd}. {Renew}");
        if (errors != SslPolicyErrors.None)
        {
            var why = chain?.ChainStatus is [{ } first, ..]
                ? first.StatusInformation.Trim().TrimEnd('.')
                : errors.ToString();
            return CheckedPart.Warn(
                Certificate,
                "",
                $"This machine does not trust that of {address}: {why}. Where browsers do, that is all right; "
                    + "scripts on this machine need its CA (update-ca-certificates)."
            );
        }
        return CheckedPart.Ok(Certificate, "", $"That of {address} holds until {shown.NotAfter:yyyy-MM-dd}.");
    }

    // What only apache-proxy.conf does: it asks for a password, and throws away who a client says to be. With a bearer
    // token a request comes through, and the console tells what else it has.
    private static async Task<CheckedPart> Ask(HttpClient http, string address, CancellationToken cancel)
    {
        try
        {
            using var plain = await http.GetAsync($"{address}/api/me", cancel);
            if (plain.StatusCode != HttpStatusCode.Unauthorized || plain.Headers.WwwAuthenticate.Count == 0)
                return CheckedPart.Wrong(
                    Part,
                    "",
                    $"{address}/api/me answers {(int)plain.StatusCode} where it should ask for a password. Include "
                        + "apache-proxy.conf there, and look at CONSOLE_PATH and `pathBase`."
                );
            using var forged = new HttpRequestMessage(HttpMethod.Get, $"{address}/api/me");
            forged.Headers.Add("Authorization", "Bearer console-check");
            foreach (var header in new[] { Identity.UserHeader, Identity.GroupsHeader, Identity.AddressHeader })
                forged.Headers.Add(header, "console-check");
            using var answer = await http.SendAsync(forged, cancel);
            var said = await answer.Content.ReadAsStringAsync(cancel);
            if (!answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) ?? true)
                return CheckedPart.Wrong(
                    Part,
                    "",
                    $"{address}/api/me does not come from the console, but answers {(int)answer.StatusCode}: look at "
                        + "Apache's error log, CONSOLE_SOCKET, and who may enter the socket's folder."
                );
            if (answer.StatusCode != HttpStatusCode.Unauthorized || said.Contains("not both", StringComparison.Ordinal))
                return CheckedPart.Wrong(
                    Part,
                    "",
                    $"{address} lets callers say who they are: X-Remote-User, -Groups or -Address comes through. Stop "
                        + "it, and include apache-proxy.conf as it is shipped."
                );
            return await AskWithPassword(http, address, cancel)
                ?? CheckedPart.Ok(
                    Part,
                    "",
                    $"{address} asks for a password and lets nobody say who they are; apache-proxy.conf, which sees to "
                        + "that, is not served without apache-limits.conf."
                );
        }
        catch (Exception e)
            when (e is HttpRequestException or TaskCanceledException or UriFormatException or InvalidOperationException
                && !cancel.IsCancellationRequested
            )
        {
            return CheckedPart.Wrong(
                Part,
                "",
                $"{address} does not answer: {(e.InnerException ?? e).Message.TrimEnd('.')}. Start Apache; apache2ctl "
                    + "configtest says what is wrong in its files."
            );
        }
    }

    // Of nobody: a web server that can look at passwords refuses it.
    private static async Task<CheckedPart?> AskWithPassword(HttpClient http, string address, CancellationToken cancel)
    {
        var nobody = Convert.ToBase64String(Encoding.UTF8.GetBytes($"console-check:{Guid.NewGuid():n}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/api/me");
        request.Headers.Authorization = new("Basic", nobody);
        using var answer = await http.SendAsync(request, cancel);
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => null,
            >= HttpStatusCode.InternalServerError => CheckedPart.Wrong(
                Part,
                "",
                $"{address} cannot look at passwords: it answers {(int)answer.StatusCode} to one. Apache's error log "
                    + "says why. Look whether the file of people (CONSOLE_USERS) is there and its account may read it, "
                    + "or whether the directory answers."
            ),
            _ => CheckedPart.Wrong(
                Part,
                "",
                $"{address} answers {(int)answer.StatusCode} to a password that nobody has. Look at who is let in "
                    + "there: AuthBasicProvider and Require, in apache-proxy.conf as it is shipped."
            ),
        };
    }
}
