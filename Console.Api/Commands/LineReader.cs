using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.Commands;

/// <summary>
/// Cuts a stream of bytes into lines, whatever comes: a line longer than the limit is cut there, bytes that are no
/// UTF-8 become U+FFFD. What a carriage return has written over is left out: of a progress that is drawn into one line,
/// the last state that could be seen is the line.
/// </summary>
public static partial class LineReader
{
    /// <summary>The most bytes of one line.</summary>
    public const int Longest = 16 * 1024;

    /// <summary>What a line counts beside its bytes: millions of empty ones are work, too.</summary>
    public const int Cost = 64;

    /// <summary>
    /// Calls <paramref name="onLine"/> for each line to the end of the stream. Once more than <paramref name="most"/>
    /// has come, <paramref name="onTooMuch"/> is called and the rest is thrown away: who writes it can then hear that
    /// he is to end, and is not stuck in a full pipe.
    /// </summary>
    public static async Task Read(Stream stream, Action<string> onLine, long most, Action onTooMuch)
    {
        var buffer = new byte[32 * 1024];
        var line = new Line(onLine);
        long total = 0;
        while (true)
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0)
                break;
            if (total > most)
                continue;
            var part = buffer.AsSpan(0, count);
            total += count + Cost * (long)(part.Count((byte)'\n') + part.Count((byte)'\r'));
            line.Add(part);
            if (total > most)
                onTooMuch();
        }
        line.End();
    }

    /// <summary>The line that is being read.</summary>
    private sealed class Line(Action<string> onLine)
    {
        private readonly byte[] _state = new byte[Longest];
        private int _length;
        private string? _before;
        private bool _returned;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                if (_returned && bytes[0] is not ((byte)'\n' or (byte)'\r'))
                    Begin();
                var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
                var part = end < 0 ? bytes : bytes[..end];
                var room = (int)Math.Min(part.Length, Longest - _length);
                part[..room].CopyTo(_state.AsSpan(_length));
                _length += room;
                if (end >= 0 && room == part.Length)
                {
                    if (bytes[end] == (byte)'\r')
                        _returned = true;
                    else
                        Tell();
                    bytes = bytes[(end + 1)..];
                    continue;
                }
                bytes = bytes[room..];
                if (_length == Longest)
                    Tell();
            }
        }

        // What has no end of its own.
        public void End()
        {
            if (_length > 0 || _before is not null)
                Tell();
        }

        // Something is written over it.
        private void Begin()
        {
            if (IsSeen(Text))
                _before = Text;
            (_length, _returned) = (0, false);
        }

        private void Tell()
        {
            var text = Text;
            if (_before is not null && !IsSeen(text))
                text = _before;
            (_length, _before, _returned) = (0, null, false);
            onLine(text);
        }

        private string Text => Encoding.UTF8.GetString(_state, 0, _length);

        private static bool IsSeen(string text) =>
            Escapes().Replace(text, "").Any(c => !char.IsWhiteSpace(c) && c != '\0');
    }

    [GeneratedRegex(@"\e\[[0-9;?]*[ -/]*[@-~]", RegexOptions.NonBacktracking)]
    private static partial Regex Escapes();
}
