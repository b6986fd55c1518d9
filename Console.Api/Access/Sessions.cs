using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace TestServers.Access;

/// <summary>
/// One password check a session: who came with the web server's word gets a signed cookie, with which the web server lets the
/// next requests pass unchecked. It is believed for a minute after that check, so a changed password or a removed user counts
/// within one. The key lives in memory alone: there is nothing to steal, and a restart costs each browser one check.
/// </summary>
public sealed class Sessions(TimeProvider clock)
{
    /// <summary>The cookie: USER.ISSUED.SIGNATURE, the first and last in base64url.</summary>
    public const string Cookie = "console-session";
    /// <summary>How long a session is believed.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    /// <summary>How long a browser keeps it: less, so that it seldom sends one that is too old.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(55);
    private const int LongestCookie = 2000;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    // Steps of the machine's clock neither end a session nor make it last.
    private readonly long _began = clock.GetTimestamp();
    private readonly ConcurrentDictionary<string, long> _ended = new(StringComparer.Ordinal);

    /// <summary>The value of a new cookie for a user whose password was checked just now.</summary>
    public string Begin(string user)
    {
        var content = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(user))}.{Now}";
        return $"{content}.{SignatureOf(content)}";
    }

    /// <summary>The user of a cookie's value and how long he is believed; null: it is wrong, too old, or its session was ended.</summary>
    public (string User, TimeSpan Left)? Find(string value)
    {
        var parts = value.Split('.');
        if (value.Length > LongestCookie || parts.Length != 3) return null;
        var right = Encoding.ASCII.GetBytes(SignatureOf($"{parts[0]}.{parts[1]}"));
        if (!CryptographicOperations.FixedTimeEquals(right, Encoding.UTF8.GetBytes(parts[2]))) return null;
        var user = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0]));
        var issued = long.Parse(parts[1]);
        var left = Longest - TimeSpan.FromMilliseconds(Now - issued);
        return left > TimeSpan.Zero && issued > _ended.GetValueOrDefault(user, -1) ? (user, left) : null;
    }

    /// <summary>Ends all sessions that a user has now.</summary>
    public void End(string user)
    {
        _ended[user] = Now;
        foreach (var (old, at) in _ended)
        {
            if (Now - at > Longest.TotalMilliseconds) _ended.TryRemove(old, out _);
        }
    }

    private long Now => (long)clock.GetElapsedTime(_began).TotalMilliseconds;

    private string SignatureOf(string content) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(content)));
}
