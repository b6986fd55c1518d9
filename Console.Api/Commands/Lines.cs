using System.Text;

namespace TestServers.Commands;

/// <summary>Cuts a stream of bytes into lines, whatever comes: a line longer than the limit is cut there, bytes that are no UTF-8 become U+FFFD.</summary>
public static class Lines
{
    /// <summary>The most bytes of one line.</summary>
    public const int Longest = 16 * 1024;

    /// <summary>What a line counts beside its bytes: millions of empty ones are work, too.</summary>
    public const int Cost = 64;

    /// <summary>
    /// Calls <paramref name="onLine"/> for each line to the end of the stream. Once more than <paramref name="most"/> has come, <paramref name="onTooMuch"/> is called
    /// and the rest is thrown away: who writes it can then hear that he is to end, and is not stuck in a full pipe.
    /// </summary>
    public static async Task Read(Stream stream, Action<string> onLine, long most, Action onTooMuch)
    {
        var buffer = new byte[32 * 1024];
        var line = new MemoryStream();
        long total = 0;
        while (true)
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0) break;
            if (total > most) continue;
            var part = buffer.AsSpan(0, count);
            total += count + Cost * (long)part.Count((byte)'\n');
            Split(part, line, onLine);
            if (total > most) onTooMuch();
        }
        if (line.Length > 0) Take(line, onLine);
    }

    private static void Split(ReadOnlySpan<byte> bytes, MemoryStream line, Action<string> onLine)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            var room = (int)Math.Min(part.Length, Longest - line.Length);
            line.Write(part[..room]);
            if (end >= 0 && room == part.Length)
            {
                Take(line, onLine);
                bytes = bytes[(end + 1)..];
                continue;
            }
            bytes = bytes[room..];
            if (line.Length == Longest) Take(line, onLine);
        }
    }

    private static void Take(MemoryStream line, Action<string> onLine)
    {
        var text = Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
        line.SetLength(0);
        onLine(text.TrimEnd('\r'));
    }
}
