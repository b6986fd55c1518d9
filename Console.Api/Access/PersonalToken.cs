using System.Collections.Immutable;

namespace TestServers.Access;

/// <summary>What a token may do; reading goes with each.</summary>
public enum TokenScope
{
    Read,
    Reserve,
    Build,
    Restore,
}

/// <summary>When a token was used last, and from where.</summary>
/// <param name="From">The address, as far as the web server tells it.</param>
public sealed record TokenUse(DateTimeOffset At, string? From);

/// <summary>A key that a person has made for a program of theirs. Whoever sends it acts as that person.</summary>
/// <param name="Sha256">Of the token itself, which is written nowhere.</param>
/// <param name="Servers">Those that it may change; null: all that its person may.</param>
/// <param name="Apps">Those that it may build; null: all.</param>
/// <param name="Used">As it was kept last; null: never.</param>
public sealed record PersonalToken(
    long Id,
    string Owner,
    string Name,
    string Sha256,
    ImmutableArray<TokenScope> Scope,
    ImmutableArray<ServerName>? Servers,
    ImmutableArray<AppName>? Apps,
    DateTimeOffset MadeAt,
    DateTimeOffset Until,
    TokenUse? Used = null
)
{
    /// <summary>What it may do of all that its person may now.</summary>
    public IReadOnlySet<string> MayOf(Standing person) =>
        person
            .May.Intersect(Scope.Select(s => s.ToString().ToLowerInvariant()), StringComparer.Ordinal)
            .ToHashSet(StringComparer.Ordinal);
}
