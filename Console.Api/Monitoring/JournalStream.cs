using System.Text.RegularExpressions;

namespace TestServers.Monitoring;

/// <summary>
/// Whether systemd's journal reads what the console says. systemd names the stream in JOURNAL_STREAM by its device
/// and number; a child that writes elsewhere has that variable, too, so the stream itself is looked at.
/// </summary>
public static partial class JournalStream
{
    /// <summary>Whether the journal reads standard output.</summary>
    public static bool IsOutput { get; } =
        Reads(
            Environment.GetEnvironmentVariable("JOURNAL_STREAM"),
            LinkOf("/proc/self/fd/1"),
            LinkOf("/proc/self/fd/2")
        );

    /// <summary>Where there is one stream for output and one for errors, the variable names the latter.</summary>
    internal static bool Reads(string? stream, string? output, string? errors)
    {
        if (stream?.Split(':') is not [_, var number])
            return false;
        return NumberOf(output) is { } own
            && (own == number || (NumberOf(errors) == number && Kind(output!) == Kind(errors!)));
    }

    private static string? LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // No /proc: then it is not known, and a time before each line is right for all.
        }
    }

    private static string? NumberOf(string? link) =>
        link is not null && Stream().Match(link) is { Success: true } stream ? stream.Groups["number"].Value : null;

    private static string Kind(string link) => link.Split(':')[0];

    [GeneratedRegex(@"\A(socket|pipe):\[(?<number>[0-9]+)\]\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Stream();
}
