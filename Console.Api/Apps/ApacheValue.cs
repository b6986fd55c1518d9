namespace TestServers.Apps;

/// <summary>A value that is about to be written into a directive, behind a letter.</summary>
internal sealed class ApacheValue(string value, ApacheDirective directive, char last)
{
    private const string ChangeIt = "Change the value.";
    private const string ChangeOrMeanIt = "Change the value; three braces in the template write it as it is.";

    /// <summary>Why it cannot be written, and what to do; nothing when it can.</summary>
    /// <param name="allowed">The letters that the place allows.</param>
    /// <param name="line">The directive so far.</param>
    public (string? Why, string Remedy) TroubleWith(Func<char, bool> allowed, string line)
    {
        for (var at = 0; at < value.Length; at++)
        {
            var letter = $"{SiteWriter.Visible(value[at].ToString())} as its letter {at + 1}";
            if (IsReplaced(at) is { } replaced)
                return ($"has {replaced}, which Apache would replace there", ChangeOrMeanIt);
            if (value[at] < ' ' && value[at] != '\t' || value[at] == 0x7f)
                return ($"has {letter}, and Apache's settings have no way to write it", ChangeIt);
            if (IsHalf(at))
                return ($"has {letter}, which is half a letter", ChangeIt);
            if (!allowed(value[at]))
                return ($"has {letter}, which has a meaning there", ChangeOrMeanIt);
        }
        return (directive.RefusalOf(value, line, last), "Change the value or the template.");
    }

    private string? IsReplaced(int at) =>
        (at > 0 ? value[at - 1] : last, value[at]) switch
        {
            ('$', '{') => "${",
            ('%', '{') when directive.Expands => "%{",
            ('$', >= '0' and <= '9') when directive.Expands => "$" + value[at],
            _ => null,
        };

    private bool IsHalf(int at) =>
        char.IsHighSurrogate(value[at])
            ? at + 1 == value.Length || !char.IsLowSurrogate(value[at + 1])
            : char.IsLowSurrogate(value[at]) && (at == 0 || !char.IsHighSurrogate(value[at - 1]));
}
