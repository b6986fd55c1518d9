using System.Text.Json.Serialization;

namespace TestServers.History;

/// <summary>What the server's own page answered at the end of a build.</summary>
/// <param name="Status">The HTTP status; null: it did not answer.</param>
/// <param name="Text">The first lines of an answer that is no success.</param>
public sealed record AppHealth(string Url, int? Status, double Seconds, string? Text)
{
    /// <summary>
    /// After an answer that is no success: what the server's Apache has written into its error log since the build
    /// began, or why that cannot be read.
    /// </summary>
    public string? ErrorLog { get; init; }

    [JsonIgnore]
    public bool Ready => Status is >= 200 and < 400;
}
