using System.Diagnostics.CodeAnalysis;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TestServers.Hosts.OpenStack;

/// <summary>
/// Calls a cloud by HTTP: no more bytes are taken than were asked for, and no answer sends the console elsewhere.
/// </summary>
internal sealed class CloudClient : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http;

    /// <exception cref="CloudFault">The file of the CA cannot be used.</exception>
    [SuppressMessage(
        "Security",
        "CA5359:Do not disable certificate validation",
        Justification = "The settings, or the clouds.yaml, say so by `verify: false`, as OpenStack's clients know it."
    )]
    public CloudClient(Cloud cloud)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectLimit,
            MaxConnectionsPerServer = 4,
            // Another machine may have the name by then.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (!cloud.Verify)
            handler.SslOptions.RemoteCertificateValidationCallback = TakeAny;
        else if (cloud.CaFile is { } file)
            handler.SslOptions.CertificateChainPolicy = Trusting(file);
        _http = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http.Dispose();

    /// <param name="who">Who is asked, as the begin of a sentence.</param>
    /// <param name="most">So many bytes of its answer.</param>
    /// <exception cref="CloudFault">It could not be asked, or has said more.</exception>
    public async Task<CloudAnswer> Ask(HttpRequestMessage request, string who, int most, CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            var body = await Read(answer, who, most, cancel);
            if ((int)answer.StatusCode / 100 == 3 && answer.StatusCode != System.Net.HttpStatusCode.NotModified)
                throw new CloudFault(
                    $"{who} sends callers elsewhere (HTTP {(int)answer.StatusCode}), where the console does not go: "
                        + "name the address that it means."
                );
            return new(
                who,
                (int)answer.StatusCode,
                body,
                answer.Headers.Date,
                RetryAfter(answer),
                answer.Headers.TryGetValues("X-Subject-Token", out var tokens) ? tokens.First() : null
            );
        }
        catch (HttpRequestException e)
        {
            throw new CloudFault(Reason(e, who));
        }
        catch (IOException e)
        {
            throw new CloudFault($"{who} has cut its answer short: {Ended(e.Message)}");
        }
    }

    private static async Task<byte[]> Read(HttpResponseMessage answer, string who, int most, CancellationToken cancel)
    {
        if (answer.Content.Headers.ContentLength > most)
            throw TooMuch(who, most);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            if (body.Length + count > most)
                throw TooMuch(who, most);
            body.Write(buffer, 0, count);
        }
        return body.ToArray();
    }

    private static CloudFault TooMuch(string who, int most) =>
        new($"{who} answers more than {most >> 20} MB, which no such answer has. Look at what answers there.");

    private static TimeSpan? RetryAfter(HttpResponseMessage answer) =>
        answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - (answer.Headers.Date ?? DateTimeOffset.UtcNow),
            _ => null,
        };

    private static string Reason(HttpRequestException e, string who)
    {
        if (e.InnerException is AuthenticationException tls)
            return $"The TLS certificate of {who} is not taken: {ReasonOf(tls.Message)}";
        return e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => $"{who} cannot be reached: nobody knows the name. Look at the "
                + "address, and at the names that this machine asks for.",
            HttpRequestError.SecureConnectionError =>
                $"{who} does not speak TLS as is expected: {Ended(e.InnerException?.Message ?? e.Message)}",
            HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse => $"{who} does not answer as HTTP "
                + "does: look at what listens at that address.",
            _ => $"{who} cannot be reached: {Ended(e.Message)}",
        };
    }

    // Words of .NET's that people need not know.
    private static string ReasonOf(string message) =>
        message.Contains("NameMismatch", StringComparison.Ordinal)
            ? "it is another machine's. Call the machine by the name in its certificate."
        : message.Contains("NotTimeValid", StringComparison.Ordinal) ? "it has ended, or has not begun. Renew it."
        : message.Contains("UntrustedRoot", StringComparison.Ordinal)
        || message.Contains("PartialChain", StringComparison.Ordinal)
            ? "nobody who is trusted here has signed it. Name the CA's certificate by `cacert`."
        : Ended(message);

    private static string Ended(string text) => Found.Clean(text).TrimEnd('.') + ".";

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // As a company's own CA mostly says nowhere what it has revoked.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CloudFault($"The file of the CA, {file}, cannot be read as PEM.");
        }
        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new CloudFault($"The file of the CA, {file}, has no certificate in it: it is to be PEM.");
    }

    private static bool TakeAny(
        object sender,
        X509Certificate? certificate,
        X509Chain? chain,
        System.Net.Security.SslPolicyErrors faults
    ) => true;
}
