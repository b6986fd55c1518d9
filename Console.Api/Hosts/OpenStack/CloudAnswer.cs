using System.Text.Json;

namespace TestServers.Hosts.OpenStack;

/// <summary>What Keystone or Nova has answered: a status, and at most so many bytes as were asked for.</summary>
/// <param name="Who">Who was asked, as the begin of a sentence.</param>
/// <param name="Date">The time there, by the answer's head.</param>
/// <param name="Token">A token that the head of Keystone's answer has.</param>
internal sealed record CloudAnswer(
    string Who,
    int Status,
    byte[] Body,
    DateTimeOffset? Date,
    TimeSpan? RetryAfter,
    string? Token
)
{
    /// <summary>A wait that nobody gave a length.</summary>
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="CloudFault">It is none.</exception>
    public JsonDocument Json()
    {
        try
        {
            return JsonDocument.Parse(Body);
        }
        catch (JsonException)
        {
            throw new CloudFault(
                $"{Who} answers something that is no JSON: {Found.Clean(System.Text.Encoding.UTF8.GetString(Start))} "
                    + "Look at what answers at that address."
            );
        }
    }

    /// <summary>What it says went wrong.</summary>
    public string Says()
    {
        try
        {
            using var json = JsonDocument.Parse(Body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in json.RootElement.EnumerateObject())
                {
                    if (Members.Text(member.Value, "message") is { } message)
                        return Ended(Found.Clean(message));
                }
            }
        }
        catch (JsonException)
        {
            // A page for people, of something before it.
        }
        return Body.Length == 0 ? "" : Ended(Found.Clean(System.Text.Encoding.UTF8.GetString(Start)));
    }

    /// <summary>A fault for whatever is no success and has no meaning of its own.</summary>
    /// <param name="remedies">What a status means here, and what to do.</param>
    public CloudFault Fault(params (int Status, string Remedy)[] remedies)
    {
        if (Status is 429 or 503)
        {
            var wait = RetryAfter ?? UsualWait;
            wait = wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait;
            wait = wait > LongestWait ? LongestWait : wait;
            var seconds = Math.Ceiling(wait.TotalSeconds);
            return new(
                Status == 429
                    ? $"{Who} is asked too often (HTTP 429), and is left alone for {seconds} s. Have it asked less "
                        + "often by `pollSeconds`, or its limits raised."
                    : $"{Who} is not available (HTTP 503), and is left alone for {seconds} s."
            )
            {
                Pause = wait,
            };
        }
        var said = Says();
        var remedy = Array.Find(remedies, r => r.Status == Status).Remedy;
        var what = $"{Who} answers HTTP {Status}{(said.Length > 0 ? $": {said}" : ".")}";
        return new(remedy is null ? what : $"{what} {remedy}");
    }

    private ReadOnlySpan<byte> Start => Body.AsSpan(0, Math.Min(Body.Length, 400));

    private static string Ended(string text) => text.TrimEnd('.', ' ') + ".";
}
