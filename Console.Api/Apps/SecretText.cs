using System.Collections;

namespace TestServers.Apps;

/// <summary>
/// A secret among the values of templates. What a person may see is rendered with it hidden: it is checked and
/// quoted as it is, so that both renderings fail alike, and <see cref="Hidden"/> is written in its place.
/// </summary>
/// <param name="value">Null: not known now, and then only hidden.</param>
/// <param name="hidden">Whether people see the result.</param>
public sealed class SecretText(string? value, bool hidden) : IEnumerable<SecretText>
{
    /// <summary>Stands for a secret in everything that people can see.</summary>
    public const string Hidden = "********";

    internal string? Value => value;

    internal bool IsHidden => hidden || value is null;

    /// <summary>
    /// For {{#if}}, to which an empty text is nothing, and for {{#each}}: each letter is as secret as the whole, and
    /// where people see the result, so is their number.
    /// </summary>
    public IEnumerator<SecretText> GetEnumerator() => Letters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<SecretText> Letters =>
        value is "" ? []
        : IsHidden ? [this]
        : value!.Select(c => new SecretText(c.ToString(), hidden: false));

    /// <summary>Never the secret: it may end up in a message.</summary>
    public override string ToString() => Hidden;
}
