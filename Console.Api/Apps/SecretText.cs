using System.Collections;

namespace TestServers.Apps;

/// <summary>
/// A secret among the values of templates. What a person may see is rendered with it hidden: it is checked and
/// quoted as it is, so that both renderings fail alike, and <see cref="Hidden"/> is written in its place.
/// </summary>
/// <param name="value">Null: not known now, and then only hidden.</param>
/// <param name="hidden">Whether people see the result.</param>
public sealed class SecretText(string? value, bool hidden) : IEnumerable<char>
{
    /// <summary>Stands for a secret in everything that people can see.</summary>
    public const string Hidden = "********";

    internal string? Value => value;

    internal bool IsHidden => hidden || value is null;

    // For {{#if}}, to which an empty text is nothing.
    IEnumerator<char> IEnumerable<char>.GetEnumerator() => (value ?? Hidden).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (value ?? Hidden).GetEnumerator();

    /// <summary>Never the secret: it may end up in a message.</summary>
    public override string ToString() => Hidden;
}
