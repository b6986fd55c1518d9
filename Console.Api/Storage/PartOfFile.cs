namespace TestServers.Storage;

/// <summary>The first bytes of a file that may have grown since: what was there at one moment.</summary>
internal sealed class PartOfFile(FileStream file, long length, bool leaveOpen) : Stream
{
    private long _at;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position
    {
        get => _at;
        set => _at = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var most = (int)Math.Min(buffer.Length, length - _at);
        if (most <= 0)
            return 0;
        var read = RandomAccess.Read(file.SafeFileHandle, buffer[..most], _at);
        // It was cut: what was there cannot be had any more.
        if (read == 0)
            throw new EndOfStreamException($"{file.Name} has become shorter while it was read; try again.");
        _at += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        _at = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _at + offset,
            _ => length + offset,
        };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
            file.Dispose();
        base.Dispose(disposing);
    }
}
