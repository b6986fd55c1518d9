using System.Collections.Immutable;
using System.Text;

namespace TestServers.Apps;

/// <summary>
/// Hides the apps' secrets in what host programs, commands of an app and pages say, before it is logged, kept or shown.
/// A secret of fewer than four letters is not hidden there, as it would be found in everything.
/// </summary>
public sealed class Secrets
{
    private const int Shortest = 4;
    private readonly Lock _learning = new();

    // Longest first, so that no part of one stays when another is a part of it.
    private ImmutableArray<string> _known = [];

    public Secrets(ConsoleSettings settings) => LearnAll(settings);

    /// <summary>Hides the apps' secrets from now on; what was one before stays hidden.</summary>
    public void LearnAll(ConsoleSettings settings)
    {
        foreach (var secret in settings.Apps.SelectMany(a => a.Secrets?.Values ?? []))
            Learn(secret);
    }

    /// <summary>Hides a secret from now on: a database's password, when it is read.</summary>
    public void Learn(string secret)
    {
        // A log has lines.
        var forms = secret
            .Split('\n', '\r')
            .Append(secret)
            .SelectMany(SecretForms.Of)
            .SelectMany(f => (string[])[f, string.Concat(f.Where(c => !IsDropped(c)))])
            .Where(f => f.Length >= Shortest)
            .ToList();
        if (forms.TrueForAll(f => _known.Contains(f, StringComparer.Ordinal)))
            return;
        lock (_learning)
            _known = [.. _known.Concat(forms).Distinct(StringComparer.Ordinal).OrderByDescending(f => f.Length)];
    }

    /// <summary>
    /// The text with <see cref="SecretText.Hidden"/> in place of each secret, as it is or in a form that programs write
    /// it in, also where control characters are between its letters.
    /// </summary>
    public string Hide(string text)
    {
        foreach (var secret in _known)
            text = text.Replace(secret, SecretText.Hidden, StringComparison.Ordinal);
        return text.Any(IsDropped) ? HideAcrossControls(text) : text;
    }

    // Where a text is kept or shown, its control characters go: a secret that has them between its letters is there
    // afterwards.
    private string HideAcrossControls(string text)
    {
        var places = Enumerable.Range(0, text.Length).Where(at => !IsDropped(text[at])).ToArray();
        var seen = string.Concat(places.Select(at => text[at]));
        var secret = new bool[text.Length];
        foreach (var known in _known)
            for (var at = 0; (at = seen.IndexOf(known, at, StringComparison.Ordinal)) >= 0; at += known.Length)
                Array.Fill(secret, true, places[at], places[at + known.Length - 1] - places[at] + 1);
        var shown = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (!secret[at])
                shown.Append(text[at]);
            else if (at == 0 || !secret[at - 1])
                shown.Append(SecretText.Hidden);
        }
        return shown.ToString();
    }

    private static bool IsDropped(char c) => char.IsControl(c) && c != '\n';
}
