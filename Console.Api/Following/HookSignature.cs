using System.Security.Cryptography;
using System.Text;

namespace TestServers.Following;

/// <summary>
/// Whether a hook comes from who knows its key: as GitHub, GitLab and Gitea say it. All that is compared takes the same
/// time, whatever is sent.
/// </summary>
public static class HookSignature
{
    /// <summary>The key's HMAC over the body, behind <c>sha256=</c>: GitHub's, and Gitea's, too.</summary>
    public const string GitHub = "X-Hub-Signature-256";

    /// <summary>The key's HMAC over the body.</summary>
    public const string Gitea = "X-Gitea-Signature";

    /// <summary>The key itself: GitLab's, and that of whoever has nothing but curl.</summary>
    public const string GitLab = "X-Gitlab-Token";

    private const string Algorithm = "sha256=";

    /// <summary>The headers that one may come in.</summary>
    public static IReadOnlyList<string> Headers { get; } = [GitHub, Gitea, GitLab];

    /// <summary>Whether at least one signature came, and all that came are right.</summary>
    /// <param name="sent">The values of a header; none when it did not come.</param>
    public static bool IsRight(string key, Func<string, IReadOnlyList<string?>> sent, ReadOnlySpan<byte> body)
    {
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), body);
        var (came, right) = (0, 0);
        foreach (var header in Headers)
        {
            foreach (var value in sent(header))
            {
                came++;
                right += IsRight(header, value ?? "", key, signature) ? 1 : 0;
            }
        }
        return came > 0 && right == came;
    }

    private static bool IsRight(string header, string value, string key, byte[] signature) =>
        header switch
        {
            GitHub => value.StartsWith(Algorithm, StringComparison.Ordinal)
                && IsSame(Convert.ToHexStringLower(signature), value[Algorithm.Length..]),
            Gitea => IsSame(Convert.ToHexStringLower(signature), value),
            _ => IsSame(key, value),
        };

    // Digests of both, so that their lengths tell nothing.
    private static bool IsSame(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(one)),
            SHA256.HashData(Encoding.UTF8.GetBytes(other))
        );
}
