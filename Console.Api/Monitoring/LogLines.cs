using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace TestServers.Monitoring;

/// <summary>
/// How the log is written: one fact, one line, whatever is in it. What cannot be seen, line breaks among it, stands
/// as its number, so that no text can look like another line or act on a terminal; the lines of a stack trace have
/// bars between them. For systemd's journal a line begins with its priority, which the journal takes off, and has no
/// time, as the journal has one; else it begins with the time in UTC.
/// </summary>
public sealed class LogLines(bool forJournal, TimeProvider clock) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "lines";
    private const int Longest = 16_000;
    private const string Break = " | ";

    // A line in the journal is at most 48 KiB long, and would become two.
    public override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        var line = new StringBuilder();
        if (forJournal)
            line.Append(CultureInfo.InvariantCulture, $"<{PriorityOf(logEntry.LogLevel)}>");
        else
            line.Append(
                CultureInfo.InvariantCulture,
                $"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {WordOf(logEntry.LogLevel)}: "
            );
        line.Append(logEntry.Category).Append(": ");
        Add(line, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.Exception is { } exception)
            Add(line.Append(Break), string.Join(Break, LinesOf(exception.ToString())));
        // One write: nothing that others write comes in between.
        textWriter.Write(line.Append('\n').ToString());
    }

    /// <summary>A text with the number of each character in its place that nobody sees.</summary>
    internal static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        Add(clean, text);
        return clean.ToString();
    }

    /// <summary>syslog's number for a level: 2 is critical, 7 for those who look for faults.</summary>
    internal static int PriorityOf(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => 2,
            LogLevel.Error => 3,
            LogLevel.Warning => 4,
            LogLevel.Information => 6,
            _ => 7,
        };

    private static string WordOf(LogLevel level) =>
        level switch
        {
            LogLevel.Critical => "crit",
            LogLevel.Error => "fail",
            LogLevel.Warning => "warn",
            LogLevel.Information => "info",
            _ => "dbug",
        };

    private static string[] LinesOf(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static void Add(StringBuilder line, string text)
    {
        var begin = line.Length;
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length - begin > Longest)
            {
                line.Append(CultureInfo.InvariantCulture, $" ... ({text.Length} characters)");
                return;
            }
            if (rune.Value == '\t')
                line.Append(' ');
            // An invalid character reads as this one, which is harmless and says what it is.
            else if (PlainText.IsVisible(rune) || rune == Rune.ReplacementChar)
                line.Append(rune.ToString());
            else
                line.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X2}}}");
        }
    }
}
