using System.Buffers;
using System.IO.Pipelines;

namespace TestServers.HostPrograms;

/// <summary>
/// Where a connection puts what a program over there says. The connection's own thread writes, and waits while too much
/// is not read yet, which holds the sender back; whoever reads waits without a thread.
/// </summary>
/// <param name="heard">Called when something has come.</param>
internal sealed class SshOutput(Action heard) : Stream
{
    private const int Most = 256 * 1024;
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: Most, resumeWriterThreshold: Most / 2));
    private readonly Lock _writing = new();
    private volatile bool _isAbandoned,
        _isHeldBack;
    private bool _isComplete;

    /// <summary>The other end, to read from.</summary>
    public Stream Reader => _pipe.Reader.AsStream();

    /// <summary>It waits for its reader.</summary>
    public bool IsHeldBack => _isHeldBack;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        heard();
        lock (_writing)
        {
            if (_isAbandoned || _isComplete)
                return;
            _pipe.Writer.Write(buffer);
            var flush = _pipe.Writer.FlushAsync();
            if (flush.IsCompleted)
                return;
            _isHeldBack = true;
            // The thread is the connection's own, and has nothing else to do.
            flush.AsTask().GetAwaiter().GetResult();
            _isHeldBack = false;
        }
        heard();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>What comes from now on is thrown away, and the reader comes to the end.</summary>
    public void Abandon()
    {
        _isAbandoned = true;
        _pipe.Writer.CancelPendingFlush();
        Dispose();
    }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        lock (_writing)
        {
            if (!_isComplete)
                _pipe.Writer.Complete();
            _isComplete = true;
        }
        base.Dispose(disposing);
    }
}
