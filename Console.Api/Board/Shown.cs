using System.Buffers;
using TestServers.Http;

namespace TestServers.Board;

/// <summary>
/// A server or host as it is shown, with its JSON, for as long as nothing of it changes. When its host has answered
/// last is no such change: while the host answers, that time is put in when the JSON is sent.
/// </summary>
public sealed class Shown<T>
{
    private readonly WrittenJson _json;
    private readonly int _timeAt;

    /// <param name="view">Without the time, while the host answers.</param>
    /// <param name="isTimeless">Whether it is so.</param>
    public Shown(T view, bool isTimeless)
    {
        (View, _json) = (view, WrittenJson.From(ServerListJson.BytesOf(view)));
        _timeAt = isTimeless ? _json.Bytes.Span.IndexOf(NoTime) + NoTime.Length - Null.Length : -1;
    }

    public T View { get; }
    public ReadOnlySpan<byte> Digest => _json.Digest.Span;
    public int Length => _json.Bytes.Length;

    // In a JSON text no quote stands behind a comma but at the begin of a field's name or of a value in a list.
    private static ReadOnlySpan<byte> NoTime => ",\"asOf\":null"u8;
    private static ReadOnlySpan<byte> Null => "null"u8;

    /// <summary>Writes its JSON.</summary>
    /// <param name="asOf">When its host has answered last, as JSON.</param>
    public void WriteTo(IBufferWriter<byte> to, ReadOnlySpan<byte> asOf)
    {
        var json = _json.Bytes.Span;
        if (_timeAt < 0)
        {
            to.Write(json);
            return;
        }
        to.Write(json[.._timeAt]);
        to.Write(asOf);
        to.Write(json[(_timeAt + Null.Length)..]);
    }
}
