using System.Text;

namespace TestServers.Jobs;

/// <summary>
/// The log of a build or restore: a text file that only grows until the request ends, and can be followed while it
/// does. Lines from hosts are foreign text: control characters other than tab and escape (colours) are taken out.
/// </summary>
public sealed class JobLog(string path, bool ended)
{
    /// <summary>More than this is not kept; the log then says so and where it stopped.</summary>
    public const long Largest = 128L << 20;

    /// <summary>
    /// While somebody follows, the log is not silent for longer: a dot is added to a line of its own. A web server
    /// notices that a reader has gone only when something is sent, at the second time. The dots are in the file, so
    /// that everybody counts the same bytes.
    /// </summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan UntilNextAsked = TimeSpan.FromMilliseconds(150);

    private readonly Lock _writing = new();
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _complete = ended;
    private long _lastWrite = Environment.TickCount64;
    private bool _isLineOpen;

    // Open while lines come: a host may say a million of them.
    private FileStream? _file;
    private long _length = File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Removes the log of a request that has ended.</summary>
    public void Remove()
    {
        lock (_writing)
            File.Delete(path);
        Volatile.Write(ref _length, 0);
    }

    /// <summary>Bytes so far.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Adds a line with the time and the part of the work that says it.</summary>
    public void Add(string part, string text, DateTimeOffset now)
    {
        if (Length >= Largest)
            return;
        var line = Encoding.UTF8.GetBytes($"{now.UtcDateTime:HH:mm:ss} {part, -8} {Clean(text)}\n");
        lock (_writing)
        {
            if (_complete || _length >= Largest)
                return;
            if (_length + line.Length > Largest)
                line = "The log is cut here: it has reached its limit.\n"u8.ToArray();
            EndOpenLine();
            Append(line);
        }
    }

    /// <summary>No line follows; whoever follows gets the end.</summary>
    public void Complete()
    {
        lock (_writing)
        {
            EndOpenLine();
            _complete = true;
            Close();
            Wake();
        }
    }

    /// <summary>
    /// Copies the log from byte <paramref name="from"/> on; with <paramref name="follow"/> to the request's end, else
    /// to the end as it is now.
    /// </summary>
    /// <param name="asked">Cancelled when it must show whether the target is still read: a dot is added at
    /// once.</param>
    public async Task CopyTo(
        Stream target,
        long from,
        bool follow,
        TimeProvider clock,
        CancellationToken cancel,
        Func<CancellationToken>? asked = null
    )
    {
        while (true)
        {
            Task grown;
            bool complete;
            lock (_writing)
                (grown, complete) = (_grown.Task, _complete);
            from += await CopyFrom(target, from, cancel);
            if (complete || !follow)
                return;
            await target.FlushAsync(cancel);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, asked?.Invoke() ?? default);
            try
            {
                await grown.WaitAsync(Silence, either.Token);
            }
            catch (TimeoutException)
            {
                AddDot(clock.GetUtcNow(), Silence);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                AddDot(clock.GetUtcNow(), UntilNextAsked);
            }
        }
    }

    /// <summary>The byte at which the last lines begin, of those that are there now.</summary>
    public long StartOfLast(int lines)
    {
        if (lines == 0 || !File.Exists(path))
            return Length;
        using var file = Open();
        var piece = new byte[64 << 10];
        // The last byte is passed over: the last line's line feed, or a dot.
        for (var end = file.Length - 1; end > 0; end -= piece.Length)
        {
            var start = Math.Max(0, end - piece.Length);
            var part = piece.AsSpan(0, (int)(end - start));
            file.Position = start;
            file.ReadExactly(part);
            for (var at = part.Length - 1; at >= 0; at--)
            {
                if (part[at] == '\n' && --lines == 0)
                    return start + at + 1;
            }
        }
        return 0;
    }

    private async Task<long> CopyFrom(Stream target, long from, CancellationToken cancel)
    {
        if (!File.Exists(path))
            return 0;
        await using var file = Open();
        if (from >= file.Length)
            return 0;
        file.Position = from;
        await file.CopyToAsync(target, cancel);
        return file.Position - from;
    }

    private FileStream Open() => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    // Of several who follow, the first whose time is up adds it for all.
    private void AddDot(DateTimeOffset now, TimeSpan silence)
    {
        lock (_writing)
        {
            if (_complete || Environment.TickCount64 - _lastWrite < silence.TotalMilliseconds - 100)
                return;
            Append(_isLineOpen ? "."u8 : Encoding.UTF8.GetBytes($"{now.UtcDateTime:HH:mm:ss} {"silence", -8} ."));
            _isLineOpen = true;
        }
    }

    private void EndOpenLine()
    {
        if (!_isLineOpen)
            return;
        _isLineOpen = false;
        Append("\n"u8);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file ??= OpenToAppend();
            _file.Write(bytes);
            Volatile.Write(ref _length, _file.Position);
        }
        catch (IOException)
        {
            // A log that the full disk does not take must not fail the work that it tells of; the state's own write
            // will.
            Close();
            return;
        }
        finally
        {
            _lastWrite = Environment.TickCount64;
        }
        Wake();
    }

    // A console that was killed may have left a line without its end.
    private FileStream OpenToAppend()
    {
        var file = new FileStream(
            path,
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 0
        );
        file.Seek(-Math.Min(1, file.Length), SeekOrigin.End);
        if (file.ReadByte() is not (-1 or '\n') && !_isLineOpen)
            file.WriteByte((byte)'\n');
        return file;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Wake()
    {
        _grown.TrySetResult();
        _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static string Clean(string text) =>
        text.Any(c => char.IsControl(c) && c is not ('\t' or '\u001b'))
            ? new([.. text.Where(c => !char.IsControl(c) || c is '\t' or '\u001b')])
            : text;
}
