using System.Reflection;
using Renci.SshNet;

namespace TestServers.HostPrograms;

/// <summary>
/// What a program over there gets on standard input. Its channel may be closed at any moment, and sshd ends the whole
/// connection, with all its calls, when something comes for a channel behind its close. The library looks whether it is
/// open before it takes the lock under which it closes; here both are one step.
/// </summary>
internal sealed class SshInput(SshCommand command)
{
    private const int Part = 16 * 1024;
    private static readonly FieldInfo Channel = FieldOf(typeof(SshCommand), "_channel");
    private static readonly Type ChannelType = typeof(SshCommand).Assembly.GetType(
        "Renci.SshNet.Channels.Channel",
        throwOnError: true
    )!;
    private static readonly FieldInfo Closing = FieldOf(ChannelType, "_messagingLock");
    private static readonly FieldInfo Room = FieldOf(ChannelType, "_remoteWindowSize");

    private readonly Stream _stream = command.CreateInputStream();
    private readonly object? _channel = Channel.GetValue(command);

    /// <summary>Sends it, and waits while the host has no room.</summary>
    public void Send(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += Part)
        {
            var part = bytes.AsSpan(at, Math.Min(Part, bytes.Length - at));
            // Under the lock nothing may be waited for: the room comes by way of a thread that may wait for the lock.
            if (!TrySend(part))
                _stream.Write(part);
        }
    }

    /// <summary>Ends it.</summary>
    public void End()
    {
        if (_channel is null)
            return;
        lock (LockOf(_channel))
            _stream.Dispose();
    }

    private bool TrySend(ReadOnlySpan<byte> part)
    {
        if (_channel is null)
            return false;
        lock (LockOf(_channel))
        {
            if (Room.GetValue(_channel) is not uint room || room < part.Length)
                return false;
            _stream.Write(part);
            return true;
        }
    }

    private static Lock LockOf(object channel) => (Lock)Closing.GetValue(channel)!;

    // Private: the library's version is exact, and without them no call would come through.
    private static FieldInfo FieldOf(Type type, string name) =>
        type.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingFieldException(type.FullName, name);
}
