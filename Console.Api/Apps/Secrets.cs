using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;

namespace TestServers.Apps;

/// <summary>
/// Hides the apps' secrets in what host programs, commands of an app and pages say, before it is logged, kept or shown. A secret
/// of fewer than four letters is not hidden there, as it would be found in everything.
/// </summary>
public sealed class Secrets
{
    private const int Shortest = 4;
    private readonly Lock _learning = new();

    // Longest first, so that no part of one stays when another is a part of it.
    private ImmutableArray<string> _known = [];

    public Secrets(Settings settings)
    {
        foreach (var secret in settings.Apps.SelectMany(a => a.Secrets?.Values ?? []))
            Learn(secret);
    }

    /// <summary>Hides a secret from now on: a database's password, when it is read.</summary>
    public void Learn(string secret)
    {
        // A log has lines.
        var forms = secret.Split('\n', '\r').Append(secret).SelectMany(Forms).Where(f => f.Length >= Shortest).ToList();
        if (forms.TrueForAll(f => _known.Contains(f, StringComparer.Ordinal)))
            return;
        lock (_learning)
            _known = [.. _known.Concat(forms).Distinct(StringComparer.Ordinal).OrderByDescending(f => f.Length)];
    }

    /// <summary>The text with <see cref="SecretText.Hidden"/> in place of each secret, as it is or in a form that programs write it in.</summary>
    public string Hide(string text)
    {
        foreach (var secret in _known)
            text = text.Replace(secret, SecretText.Hidden, StringComparison.Ordinal);
        return text;
    }

    // As it is, in a Python text, in JSON, in an address, in HTML, and as the host programs are sent it.
    private static IEnumerable<string> Forms(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        yield return secret;
        yield return secret.Replace(@"\", @"\\", StringComparison.Ordinal);
        yield return SiteWriter.Escaped(secret);
        yield return JsonSerializer.Serialize(secret)[1..^1];
        yield return Uri.EscapeDataString(secret);
        yield return WebUtility.UrlEncode(secret);
        yield return WebUtility.HtmlEncode(secret);
        yield return WebUtility.HtmlEncode(secret).Replace("&#39;", "&#x27;", StringComparison.Ordinal);
        yield return Convert.ToBase64String(bytes);
    }
}
