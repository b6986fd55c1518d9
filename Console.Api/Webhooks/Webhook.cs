using TestServers.Settings;

namespace TestServers.Webhooks;

/// <summary>
/// Tells the team something where it is read anyway: a chat room, or any program that takes a POST of {"text": "..."}.
/// </summary>
public sealed class Webhook(CurrentSettings settings, ILogger<Webhook> log) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // The address comes from the settings, and no answer may send the console elsewhere.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = Limit,
        MaxResponseContentBufferSize = 64 * 1024,
    };

    /// <summary>
    /// Sends a message, with the address of the page that shows more where the settings know the console's.
    /// </summary>
    /// <param name="page">The page: what follows #/ in its address.</param>
    /// <returns>Whether it was taken; true as well when no webhook is configured, as there is nobody to tell.</returns>
    public async Task<bool> Tell(string text, string page, CancellationToken cancel)
    {
        if (settings.Now.Webhook is not { } webhook)
            return true;
        if (settings.Now.PublicUrl is { } address)
            text += $" {address}/#/{page}";
        try
        {
            using var answer = await _http.PostAsJsonAsync(webhook.Url, new { text }, cancel);
            if (answer.IsSuccessStatusCode)
                return true;
            log.LogWarning("The webhook answers HTTP {Status}; the message was: {Text}", (int)answer.StatusCode, text);
        }
        catch (Exception e)
            when (e is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            log.LogWarning("The webhook does not answer: {Reason} The message was: {Text}", e.Message, text);
        }
        return false;
    }

    public void Dispose() => _http.Dispose();
}
