using Renci.SshNet;
using Renci.SshNet.Common;

namespace TestServers.HostPrograms;

/// <summary>
/// The console's key, with the certificate that ssh takes too: the file beside it whose name ends in -cert.pub. A key
/// that cannot be used is only told when the host has asked for one.
/// </summary>
internal sealed class SshIdentity : IDisposable
{
    private readonly PrivateKeyFile? _key;

    private SshIdentity(PrivateKeyFile? key, SshFault? problem) => (_key, Problem) = (key, problem);

    /// <summary>Why there is no key to show; null: there is.</summary>
    public SshFault? Problem { get; }

    /// <summary>Reads it anew for each connection, as ssh does.</summary>
    public static SshIdentity Of(string path)
    {
        var certificate = path + "-cert.pub";
#pragma warning disable CA1416 // The console runs on Linux alone.
        if (
            File.Exists(path)
            && FileKinds.IsOwn(path)
            && (File.GetUnixFileMode(path) & FileKinds.GroupAndOthers) != UnixFileMode.None
        )
#pragma warning restore CA1416
            return new(null, new(Unusable(path, "others may read it"), "Nobody else may: chmod 600 it."));
        try
        {
            return new(
                File.Exists(certificate) ? new PrivateKeyFile(path, "", certificate) : new PrivateKeyFile(path),
                null
            );
        }
        catch (Exception e)
            when (e
                    is IOException
                        or UnauthorizedAccessException
                        or SshException
                        or FormatException
                        or NotSupportedException
                        or ArgumentException
                        or InvalidOperationException
                        or System.Security.Cryptography.CryptographicException
            )
        {
            return new(
                null,
                new(
                    Unusable(path, e.Message.TrimEnd('.')),
                    "Look at the file; a key with a passphrase, in hardware or of an unusual kind needs `transport` "
                        + "\"openssh\"."
                )
            );
        }
    }

    private static string Unusable(string path, string why) =>
        $"Permission denied: the key {path} cannot be used: {why}";

    public AuthenticationMethod Method(string user) =>
        _key is null ? new NoneAuthenticationMethod(user) : new PrivateKeyAuthenticationMethod(user, _key);

    public void Dispose() => _key?.Dispose();
}
