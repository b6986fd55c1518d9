using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace TestServers.Webhooks;

/// <summary>Sends what waits for each webhook, each in a loop of its own.</summary>
public sealed class WebhookSender : BackgroundService
{
    /// <summary>When it was sent, in seconds since 1970; signed together with the body.</summary>
    public const string TimeHeader = "X-Console-Time";

    /// <summary>sha256= and the HMAC-SHA256, in small hexadecimal digits, of time, dot and body.</summary>
    public const string SignatureHeader = "X-Console-Signature";

    /// <summary>The delivery's id: the same when it is sent again.</summary>
    public const string DeliveryHeader = "X-Console-Delivery";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // Its addresses come from the settings, and no answer may send the console elsewhere.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = Limit,
    };
    private readonly CurrentSettings _settings;
    private readonly Deliveries _deliveries;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Loop _unknown;

    public WebhookSender(
        CurrentSettings settings,
        Deliveries deliveries,
        TimeProvider clock,
        ILogger<WebhookSender> log
    )
    {
        (_settings, _deliveries, _clock, _log) = (settings, deliveries, clock, log);
        _unknown = new(TimeSpan.FromHours(1), log);
        settings.Changed += (_, _) => _unknown.Wake();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            _unknown.Run(_deliveries.GiveUpUnknown, stoppingToken),
            _settings.ForEach(s => s.AllWebhooks, Serve, stoppingToken)
        );

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    private Task Serve(WebhookSettings webhook, CancellationToken stop) =>
        new DeliveryLoop(webhook.Name, _deliveries, _clock, _log).Run(
            (delivery, end) => Send(webhook, delivery, end),
            endTurn: null,
            stop
        );

    private async Task<Attempt> Send(WebhookSettings webhook, Delivery delivery, CancellationToken stop)
    {
        try
        {
            using var request = RequestOf(webhook, delivery);
            // The body of an answer may never end: its first letters are read, in the same limit.
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limited.CancelAfter(Limit);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
            var status = $"HTTP {(int)answer.StatusCode}";
            if (answer.Headers.Location is { } elsewhere && (int)answer.StatusCode / 100 == 3)
                return new(AttemptEnd.Refused, $"{status} to {elsewhere}, where the console does not go.");
            return new(
                answer.IsSuccessStatusCode ? AttemptEnd.Taken : AttemptEnd.Refused,
                status + await Beginning(answer, limited.Token)
            );
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or UnauthorizedAccessException or OperationCanceledException
                && !stop.IsCancellationRequested
            )
        {
            var why =
                e is OperationCanceledException
                    ? $"No answer within {Limit.TotalSeconds:0} s."
                    : $"No answer: {e.Message}";
            return new(AttemptEnd.NoAnswer, why);
        }
    }

    private HttpRequestMessage RequestOf(WebhookSettings webhook, Delivery delivery)
    {
        var body = WebhookBody.Of(delivery, webhook.Form, _settings.Now.PublicUrl);
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.Add(DeliveryHeader, delivery.Id.ToString(CultureInfo.InvariantCulture));
        var time = _clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add(TimeHeader, time);
        if (webhook.SecretFile is { } file)
            request.Headers.Add(SignatureHeader, SignatureOf(File.ReadAllText(file).Trim(), time, body));
        return request;
    }

    /// <summary>What stands in the header of the signature.</summary>
    public static string SignatureOf(string secret, string time, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(time + "."), .. body];
        return "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
    }

    private static async Task<string> Beginning(HttpResponseMessage answer, CancellationToken cancel)
    {
        var bytes = new byte[Attempt.MostShown];
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        int length;
        try
        {
            length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        }
        // What it has said counts: it has the message.
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            return e is OperationCanceledException ? ", an answer without an end" : ", an answer that was cut";
        }
        return Attempt.Beginning(Encoding.UTF8.GetString(bytes, 0, length)) is { Length: > 0 } said ? $": {said}" : "";
    }
}
