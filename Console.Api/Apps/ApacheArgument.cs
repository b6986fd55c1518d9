namespace TestServers.Apps;

/// <summary>
/// How an argument of a directive begins, be it written by the template, by values or by both: some beginnings make
/// a program or an expression of it, and no value may have a part in that.
/// </summary>
internal sealed class ApacheArgument(ApacheDirective directive)
{
    private const int Longest = 8;
    private string _begins = "";
    private bool _hasValue;

    /// <summary>Goes on over letters of the template.</summary>
    /// <exception cref="UnwritableValue">With them a value becomes a program or an expression.</exception>
    public void Follow(char c)
    {
        if (_hasValue)
            EnsureHarmless(c.ToString());
        Add(c.ToString());
    }

    /// <summary>Goes on over a value.</summary>
    /// <exception cref="UnwritableValue">It would be a program or an expression.</exception>
    public void FollowValue(string value)
    {
        EnsureHarmless(value);
        Add(value);
        _hasValue = true;
    }

    /// <summary>Forgets the backslash that joins two lines.</summary>
    public void Join() => _begins = _begins.TrimEnd('\\');

    private void EnsureHarmless(string text)
    {
        if (directive.ActOf(_begins) is null && directive.ActOf(With(text)) is { } act)
            throw new UnwritableValue(
                $"it makes the argument begin with {act}, and Apache may run what follows",
                "Change the value or the template; three braces in the template write it as it is."
            );
    }

    private void Add(string text) => _begins = With(text);

    private string With(string text)
    {
        if (_begins.Length == Longest)
            return _begins;
        var begins = (_begins + text).TrimStart('"', '\'', ' ', '\t');
        return begins.Length > Longest ? begins[..Longest] : begins;
    }
}
