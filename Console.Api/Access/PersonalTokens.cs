using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace TestServers.Access;

/// <summary>A wish for a token; what is null is the usual.</summary>
public sealed record TokenWish(
    string? Name,
    IReadOnlyList<TokenScope>? Scope,
    IReadOnlyList<ServerName>? Servers,
    IReadOnlyList<AppName>? Apps,
    double? Days,
    DateTimeOffset? Until
);

/// <summary>
/// The tokens that people have made. The token itself is shown once and written nowhere: what is kept is its SHA-256.
/// When one was used last is in memory, and written now and then, so that no call costs a write.
/// </summary>
public sealed class PersonalTokens(
    CurrentSettings settings,
    JsonFile<TokensState> file,
    Journal journal,
    Audit audit,
    KeptAnswers answers,
    Sessions sessions,
    TimeProvider clock
)
{
    /// <summary>How a token begins, so that whoever finds one knows what it is.</summary>
    public const string Mark = "tsc_";

    /// <summary>For how long one whose time is over is still shown.</summary>
    public static readonly TimeSpan ShownAfterEnd = TimeSpan.FromDays(30);
    private const int Bytes = 32,
        LongestName = 64,
        MostNamed = 100;
    private const double UsualDays = 90;

    private readonly ConcurrentDictionary<long, TokenUse> _uses = new();
    private Known _known = new(null, new Dictionary<string, PersonalToken>(StringComparer.Ordinal));

    /// <summary>A person's tokens, newest first.</summary>
    public IEnumerable<TokenView> Of(string owner) => All.Where(t => t.Owner == owner);

    /// <summary>Everybody's tokens, newest first.</summary>
    public IEnumerable<TokenView> All => file.Value.Tokens.Reverse().Select(View);

    /// <summary>The token with this SHA-256, whether or not its time is over; null: there is none.</summary>
    public PersonalToken? Find(string sha256)
    {
        var (state, known) = (file.Value, Volatile.Read(ref _known));
        if (!ReferenceEquals(known.State, state))
        {
            known = new(state, state.Tokens.ToDictionary(t => t.Sha256, StringComparer.Ordinal));
            Volatile.Write(ref _known, known);
        }
        return known.BySha256.GetValueOrDefault(sha256);
    }

    /// <summary>Whether a token's time is over.</summary>
    public bool IsOver(PersonalToken token) => token.Until <= clock.GetUtcNow();

    /// <summary>Makes a token for its caller.</summary>
    /// <returns>The token as it is shown, and itself: null when the same was asked for before with the same
    /// key.</returns>
    /// <exception cref="Problem">400: the wish is none; 403: its person may not do that; 409: they have one of that
    /// name; 429: they have too many.</exception>
    public async Task<MadeToken> Make(TokenWish wish, Deed deed)
    {
        if (answers.Find<TokenView>(deed) is { } before)
            return new(before, null);
        var secret = Mark + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        return await journal.Do(act =>
        {
            if (answers.Find<TokenView>(deed) is { } earlier)
                return new MadeToken(earlier, null);
            var token = Checked(wish, deed.Caller, act.Of(file));
            var (most, now) = (settings.Now.People.Tokens, clock.GetUtcNow());
            act.Change(
                file,
                state => state.WithoutOver(token.Owner, now, most).With(token with { Sha256 = HashOf(secret) })
            );
            var view = View(act.Of(file).Tokens[^1]);
            audit.Write(act, deed.Caller, "make token", token.Name, $"token {view.Id}, {Words(token)}");
            answers.Keep(act, deed, view);
            return new(view, secret);
        });
    }

    /// <summary>Ends a token: the next call with it is refused. What it has begun goes on.</summary>
    /// <exception cref="Problem">404: there is none, or it is another's and the caller no administrator.</exception>
    public async Task End(long id, Deed deed)
    {
        if (answers.Find<EndedToken>(deed) is not null)
            return;
        await journal.Do(act =>
        {
            if (answers.Find<EndedToken>(deed) is not null)
                return;
            var token = act.Of(file).Tokens.FirstOrDefault(t => t.Id == id);
            if (token is null || (token.Owner != deed.Caller.Name && !deed.Caller.IsAdministrator))
                throw Problem.NotFound("token", $"You have no token {id}. GET api/tokens lists yours.");
            act.Change(file, state => state.Without(id));
            audit.Write(act, deed.Caller, "end token", token.Name, $"token {id} of {token.Owner}");
            answers.Keep(act, deed, new EndedToken(id));
            act.Publish(() => _uses.TryRemove(id, out _));
            act.After(() => sessions.EndStreams(StreamsOf(token)));
        });
    }

    /// <summary>Notes that a token is used.</summary>
    public void NoteUse(PersonalToken token, string? from) => _uses[token.Id] = new(clock.GetUtcNow(), from);

    /// <summary>Writes when tokens were used last, if any was since; and takes out those that are long over.</summary>
    /// <exception cref="DiskRefused">The disk refused; the next time goes on.</exception>
    public async Task KeepUses()
    {
        var old = clock.GetUtcNow() - ShownAfterEnd;
        if (file.Value.Tokens.All(t => UseOf(t) == t.Used && t.Until > old))
            return;
        await journal.Do(act =>
            act.Change(
                file,
                state =>
                    state with
                    {
                        Tokens = [.. state.Tokens.Where(t => t.Until > old).Select(t => t with { Used = UseOf(t) })],
                    }
            )
        );
        foreach (var over in _uses.Keys.Except(file.Value.Tokens.Select(t => t.Id)))
            _uses.TryRemove(over, out _);
    }

    /// <summary>Whose event streams end with a token.</summary>
    public static string StreamsOf(PersonalToken token) => $"{token.Owner}\n{token.Id}";

    /// <summary>The SHA-256 of a token, as it is kept.</summary>
    public static string HashOf(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private PersonalToken Checked(TokenWish wish, Caller caller, TokensState state)
    {
        var (people, now) = (settings.Now.People, clock.GetUtcNow());
        var name = PlainText.Check(wish.Name, "name", LongestName);
        var own = state.Tokens.Where(t => t.Owner == caller.Name && t.Until > now).ToList();
        if (own.Any(t => t.Name == name))
            throw Problem.Conflict($"You have a token `{name}` already. Give this one another name, or end that one.");
        if (own.Count >= people.Tokens)
            throw Problem
                .TooMany($"You have {own.Count} tokens, which is the limit. End one that you do not need.")
                .With("limit", people.Tokens);
        var scope = (wish.Scope is { Count: > 0 } ? wish.Scope : [TokenScope.Read]).Distinct().Order().ToList();
        foreach (var right in scope.Where(s => s != TokenScope.Read))
            caller.MustBeAllowedTo(right.ToString().ToLowerInvariant());
        if (wish.Servers is { Count: > 0 } && scope.Contains(TokenScope.Restore))
            throw Problem.BadInput(
                "A restore is of a base, which is on no server: leave out `servers`, or restore in `scope`."
            );
        return new(
            0,
            caller.Name,
            name,
            "",
            [.. scope],
            Named(wish.Servers, "servers"),
            Named(wish.Apps, "apps"),
            now,
            EndOf(wish, now)
        );
    }

    private static System.Collections.Immutable.ImmutableArray<T>? Named<T>(IReadOnlyList<T>? names, string field) =>
        names switch
        {
            null or { Count: 0 } => null,
            { Count: > MostNamed } => throw Problem.BadInput($"`{field}` lists {MostNamed} at most."),
            _ => [.. names.Distinct()],
        };

    private DateTimeOffset EndOf(TokenWish wish, DateTimeOffset now)
    {
        var most = settings.Now.People.TokenDays;
        if (wish.Days is not null && wish.Until is not null)
            throw Problem.BadInput("Give `days` or `until`, not both.");
        if (wish.Days is { } days && !(days > 0 && days <= most))
            throw Problem.BadInput($"`days` is more than 0 and at most {most}.");
        var end = (wish.Until ?? now.AddDays(wish.Days ?? Math.Min(UsualDays, most))).ToUniversalTime();
        if (end <= now)
            throw Problem.BadInput($"`until` is {Times.Say(end)}, which is past; it is {Times.Say(now)} now.");
        return end <= now.AddDays(most).AddMinutes(1)
            ? end
            : throw Problem.BadInput($"`until` is {Times.Say(end)}; a token lasts at most {most} days.");
    }

    private TokenUse? UseOf(PersonalToken token) => _uses.GetValueOrDefault(token.Id) ?? token.Used;

    private TokenView View(PersonalToken token)
    {
        var use = UseOf(token);
        return new(
            token.Id,
            token.Owner,
            token.Name,
            token.Scope,
            token.Servers,
            token.Apps,
            token.MadeAt,
            token.Until,
            IsOver(token),
            use?.At,
            use?.From
        );
    }

    private static string Words(PersonalToken token)
    {
        var scope = string.Join(", ", token.Scope).ToLowerInvariant();
        var servers = token.Servers is { } named ? $"; servers {string.Join(", ", named)}" : "";
        var apps = token.Apps is { } some ? $"; apps {string.Join(", ", some)}" : "";
        return $"until {Times.Say(token.Until)}: {scope}{servers}{apps}";
    }

    private sealed record Known(TokensState? State, IReadOnlyDictionary<string, PersonalToken> BySha256);

    private sealed record EndedToken(long Id);
}
