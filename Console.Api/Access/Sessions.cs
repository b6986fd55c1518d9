using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace TestServers.Access;

/// <summary>
/// One password check a session: who came with the web server's word gets a signed cookie, with which the web server
/// lets the next requests pass unchecked. It is believed for a minute after that check, so a changed password or a
/// removed user counts within one. The key is kept with the state, so that a client which keeps cookies does not notice
/// a restart: who can read it, the console's user and the web server's group, can say who asks anyway. A session is
/// bound to the credentials that were checked when it began: with others beside it, it is not believed.
/// </summary>
public sealed class Sessions(JsonFile<SessionKey> file, TimeProvider clock)
{
    /// <summary>The cookie: USER.ISSUED.CREDENTIALS.SIGNATURE, all but the time in base64url.</summary>
    public const string Cookie = "console-session";

    /// <summary>How long a session is believed.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>How long a browser keeps it: less, so that it seldom sends one that is too old.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(55);
    private const int LongestCookie = 2000;

    private readonly byte[] _key = Convert.FromBase64String(file.Value.Key);

    // Cookies whose signature was right: under one key it stays so, and most requests bring the same few.
    private const int MostKnown = 5000;
    private readonly ConcurrentDictionary<(string Value, string Credentials), (string User, long Issued)> _known =
        new();
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _ends = new(StringComparer.Ordinal);

    /// <summary>The value of a new cookie for a user whose password was checked just now.</summary>
    /// <param name="credentials">A digest of what was checked; empty: the web server does not say.</param>
    public string Begin(string user, string credentials)
    {
        var session = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(user))}.{Now}";
        var content = $"{session}.{BoundTo(credentials, session)}";
        return $"{content}.{SignatureOf(content)}";
    }

    /// <summary>
    /// The user of a cookie's value and how long he is believed; null: it is wrong, too old, or its session was ended.
    /// </summary>
    /// <param name="credentials">
    /// A digest of the credentials that came with it, which must be those it began with; empty: it came alone.
    /// </param>
    public (string User, TimeSpan Left)? Find(string value, string credentials)
    {
        if (!_known.TryGetValue((value, credentials), out var session))
        {
            if (Read(value, credentials) is not { } read)
                return null;
            if (_known.Count >= MostKnown)
                _known.Clear();
            _known[(value, credentials)] = session = read;
        }
        var (user, issued) = session;
        var left = Longest - TimeSpan.FromMilliseconds(Now - issued);
        // One from the future is none: a clock that is set back makes no session last.
        return left > TimeSpan.Zero && left <= Longest && !IsEnded(user, issued) ? (user, left) : null;
    }

    // An end that is to come was written before the clock was set back: what has begun since is another session. Those
    // that it ended are from the future now, and it holds again when their time comes.
    private bool IsEnded(string user, long issued) =>
        file.Value.Ended is { } all && all.TryGetValue(user, out var ended) && issued <= ended && ended <= Now;

    // Null: it was not signed here, or begun with other credentials.
    private (string User, long Issued)? Read(string value, string credentials)
    {
        var parts = value.Split('.');
        if (value.Length > LongestCookie || parts.Length != 4)
            return null;
        if (!IsSame(SignatureOf($"{parts[0]}.{parts[1]}.{parts[2]}"), parts[3]))
            return null;
        if (credentials.Length > 0 && !IsSame(BoundTo(credentials, $"{parts[0]}.{parts[1]}"), parts[2]))
            return null;
        return (Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])), long.Parse(parts[1]));
    }

    /// <summary>Ends all sessions that a user has now, also for a console that starts later.</summary>
    /// <exception cref="DiskRefused">The disk refused; the sessions go on.</exception>
    public void End(string user)
    {
        file.Change(key => key.WithEnded(user, Now));
        EndStreams(user);
    }

    /// <summary>Ends the event streams of a user or token.</summary>
    public void EndStreams(string user)
    {
        if (_ends.TryRemove(user, out var end))
            end.Cancel();
    }

    /// <summary>Cancelled when the sessions and streams that a user or token has now are ended.</summary>
    public CancellationToken EndOf(string user) => _ends.GetOrAdd(user, _ => new()).Token;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static bool IsSame(string right, string sent) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(right), Encoding.UTF8.GetBytes(sent));

    // The colons keep it from ever being the signature of a cookie.
    private string BoundTo(string credentials, string session) => SignatureOf($"credentials:{session}:{credentials}");

    private string SignatureOf(string content) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(content)));
}

/// <summary>What stands in sessions.json.</summary>
/// <param name="Key">Signs the cookies; 32 random bytes in base64, made once with the state.</param>
/// <param name="Ended">
/// Whose sessions were ended within the last minute, and when, in milliseconds since 1970.
/// </param>
public sealed record SessionKey(int Version, string Key, IReadOnlyDictionary<string, long> Ended) : IVersioned
{
    // Version 1 ended no sessions, and version 2 wrote none as null.
    public static IReadOnlyList<Migration> Migrations { get; } = [_ => { }, file => file["ended"] ??= new JsonObject()];

    public static SessionKey New() =>
        new(
            JsonFile<SessionKey>.Version,
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            new Dictionary<string, long>(StringComparer.Ordinal)
        );

    /// <summary>Adds a user whose sessions end now, and forgets those whose sessions are too old anyway.</summary>
    internal SessionKey WithEnded(string user, long now)
    {
        var young = Ended
            .Where(e => now - e.Value <= Sessions.Longest.TotalMilliseconds)
            .ToDictionary(StringComparer.Ordinal);
        young[user] = now;
        return this with { Ended = young };
    }

    public string? FindFault() =>
        Convert.TryFromBase64String(Key, new byte[64], out var length) && length == 32
            ? null
            : "its key is not 32 bytes in base64";
}
