using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace TestServers.HostPrograms;

/// <summary>What known_hosts says of a key that a host has shown.</summary>
public enum HostKeyVerdict
{
    /// <summary>It is the host's.</summary>
    Known,

    /// <summary>Nothing is known of the host.</summary>
    Unknown,

    /// <summary>The host has other keys there.</summary>
    Changed,

    /// <summary>The key, or the one that has certified it, is marked as revoked.</summary>
    Revoked,

    /// <summary>A known authority has certified the key, but not for this host at this time.</summary>
    BadCertificate,
}

/// <summary>What a host shows of itself when somebody connects.</summary>
/// <param name="Key">Its public key, as it goes over the wire.</param>
/// <param name="Certificate">Null when nobody has certified it.</param>
public sealed record ShownHostKey(byte[] Key, HostCertificate? Certificate = null)
{
    /// <summary>The key's type, such as ssh-ed25519.</summary>
    public string Type => KnownHosts.TypeOf(Key) ?? "unknown";
}

/// <summary>A certificate of a host's key.</summary>
/// <param name="Authority">The public key that has signed it.</param>
/// <param name="Principals">The names that it is for; none is any.</param>
public sealed record HostCertificate(
    byte[] Authority,
    bool IsOfHost,
    IReadOnlyList<string> Principals,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter,
    bool HasCriticalOptions
);

/// <summary>
/// A known_hosts file, read as ssh reads it: plain and hashed names, [host]:port, wildcards, negation, @revoked and
/// @cert-authority. A line that cannot be read is passed over.
/// </summary>
public sealed partial class KnownHosts
{
    private enum Mark
    {
        None,
        Authority,
        Revoked,
    }

    private sealed record Line(Mark Mark, string Names, byte[] Key);

    private const int UsualPort = 22;
    private readonly List<Line> _lines = [];

    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static KnownHosts Read(string path) => Parse(File.ReadAllText(path));

    /// <summary>The same of a text.</summary>
    public static KnownHosts Parse(string text)
    {
        var known = new KnownHosts();
        foreach (var line in text.Split('\n'))
        {
            if (LineOf(line) is { } read)
                known._lines.Add(read);
        }
        return known;
    }

    /// <summary>
    /// What it says of the key that a host shows. A host of another port than 22 may stand there without it.
    /// </summary>
    public HostKeyVerdict Judge(string host, int port, ShownHostKey shown, DateTimeOffset now)
    {
        var (verdict, certificate) = (HostKeyVerdict.Unknown, HostKeyVerdict.Unknown);
        foreach (var name in NamesOf(host, port))
        {
            var lines = LinesOf(name);
            if (IsRevoked(lines, shown))
                return HostKeyVerdict.Revoked;
            if (shown.Certificate is { } signed && Knows(lines, Mark.Authority, signed.Authority))
            {
                certificate = IsFor(host, signed, now) ? HostKeyVerdict.Known : HostKeyVerdict.BadCertificate;
                if (certificate == HostKeyVerdict.Known)
                    return certificate;
            }
            if (Knows(lines, Mark.None, shown.Key))
                return HostKeyVerdict.Known;
            if (verdict == HostKeyVerdict.Unknown && lines.Exists(l => l.Mark == Mark.None))
                verdict = HostKeyVerdict.Changed;
        }
        return certificate == HostKeyVerdict.Unknown ? verdict : certificate;
    }

    /// <summary>
    /// Puts the algorithms first that prove what is known of the host: it shows the first key of them that it has.
    /// </summary>
    public IEnumerable<string> Order(string host, int port, IEnumerable<string> algorithms)
    {
        var lines = NamesOf(host, port).SelectMany(LinesOf).ToList();
        var types = lines.Where(l => l.Mark == Mark.None).Select(l => TypeOf(l.Key)).ToHashSet(StringComparer.Ordinal);
        var hasAuthority = lines.Exists(l => l.Mark == Mark.Authority);
        // SHA-1 proves nothing any more; without an authority a certificate does not.
        return algorithms
            .Where(a => a is not ("ssh-rsa" or "ssh-dss") && !a.StartsWith("ssh-rsa-cert", StringComparison.Ordinal))
            .Where(a => hasAuthority || !IsCertificate(a))
            .OrderBy(a =>
                IsCertificate(a) ? 0
                : types.Contains(KeyTypeOf(a)) ? 1
                : 2
            );
    }

    /// <summary>The type that a public key says of itself, or null.</summary>
    internal static string? TypeOf(byte[] key)
    {
        if (key.Length < 4)
            return null;
        var length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(key);
        return length is 0 or > 64 || length > key.Length - 4 ? null : Encoding.ASCII.GetString(key, 4, (int)length);
    }

    private static bool IsCertificate(string algorithm) => algorithm.Contains("-cert-v", StringComparison.Ordinal);

    private static string KeyTypeOf(string algorithm) =>
        algorithm.StartsWith("rsa-sha2-", StringComparison.Ordinal) ? "ssh-rsa" : algorithm;

    // A name without a port stands for every port of the host that has no lines of its own.
    private static IEnumerable<string> NamesOf(string host, int port)
    {
#pragma warning disable CA1308 // ssh compares names in small letters.
        var name = host.ToLowerInvariant();
#pragma warning restore CA1308
        if (port != UsualPort)
            yield return $"[{name}]:{port}";
        yield return name;
    }

    private List<Line> LinesOf(string name) => [.. _lines.Where(l => Names(l.Names, name))];

    private static bool Knows(List<Line> lines, Mark mark, byte[] key) =>
        lines.Exists(l => l.Mark == mark && l.Key.AsSpan().SequenceEqual(key));

    private static bool IsRevoked(List<Line> lines, ShownHostKey shown) =>
        Knows(lines, Mark.Revoked, shown.Key)
        || shown.Certificate is { } certificate && Knows(lines, Mark.Revoked, certificate.Authority);

    private static bool IsFor(string host, HostCertificate certificate, DateTimeOffset now) =>
        certificate.IsOfHost
        && !certificate.HasCriticalOptions
        && now >= certificate.NotBefore
        && now < certificate.NotAfter
        && (
            certificate.Principals.Count == 0 || certificate.Principals.Contains(host, StringComparer.OrdinalIgnoreCase)
        );

    private static Line? LineOf(string text)
    {
        var words = text.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0].StartsWith('#'))
            return null;
        var mark = words[0] switch
        {
            "@cert-authority" => Mark.Authority,
            "@revoked" => Mark.Revoked,
            _ => Mark.None,
        };
        if (mark != Mark.None)
            words = words[1..];
        if (words.Length < 3 || words[0].StartsWith('@'))
            return null;
        var key = new byte[words[2].Length];
        if (!Convert.TryFromBase64String(words[2], key, out var length))
            return null;
        key = key[..length];
        return TypeOf(key) == words[1] ? new(mark, words[0], key) : null;
    }

    private static bool Names(string names, string name) =>
        names.StartsWith('|') ? IsHashOf(names, name) : IsAmong(names.Split(','), name);

    // One negation that fits is stronger than all the rest.
    private static bool IsAmong(string[] patterns, string name)
    {
        var isAmong = false;
        foreach (var pattern in patterns)
        {
            var isNegated = pattern.StartsWith('!');
            if (!Fits(isNegated ? pattern[1..] : pattern, name))
                continue;
            if (isNegated)
                return false;
            isAmong = true;
        }
        return isAmong;
    }

    private static bool Fits(string pattern, string name)
    {
        if (pattern.Length == 0)
            return false;
        if (!pattern.AsSpan().ContainsAny('*', '?'))
            return string.Equals(pattern, name, StringComparison.OrdinalIgnoreCase);
        var expression = Regex
            .Escape(pattern)
            .Replace(@"\*", ".*", StringComparison.Ordinal)
            .Replace(@"\?", ".", StringComparison.Ordinal);
        const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.NonBacktracking;
        return Regex.IsMatch(name, $@"\A{expression}\z", Options);
    }

    private static bool IsHashOf(string hashed, string name)
    {
        if (Hashed().Match(hashed) is not { Success: true } parts)
            return false;
        var (salt, hash) = (new byte[64], new byte[64]);
        if (!Convert.TryFromBase64String(parts.Groups[1].Value, salt, out var saltLength))
            return false;
        if (!Convert.TryFromBase64String(parts.Groups[2].Value, hash, out var hashLength))
            return false;
#pragma warning disable CA5350 // It hides names; the format has no other.
        var own = HMACSHA1.HashData(salt.AsSpan(0, saltLength), Encoding.UTF8.GetBytes(name));
#pragma warning restore CA5350
        return own.AsSpan().SequenceEqual(hash.AsSpan(0, hashLength));
    }

    [GeneratedRegex(@"\A\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)\z")]
    private static partial Regex Hashed();
}
