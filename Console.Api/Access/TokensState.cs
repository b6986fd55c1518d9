using System.Collections.Immutable;

namespace TestServers.Access;

/// <summary>What stands in tokens.json; its changes are values, and are written by an act.</summary>
/// <param name="Next">The id of the next token.</param>
/// <param name="Tokens">In the order in which they were made. One that was ended is gone, one whose time is over stays
/// for a while.</param>
public sealed record TokensState(int Version, long Next, ImmutableArray<PersonalToken> Tokens) : IVersioned
{
    public static TokensState Empty { get; } = new(JsonFile<TokensState>.Version, 1, []);

    public string? FindFault()
    {
        if (Tokens.IsDefault || Tokens.Any(t => t is null || t.Owner.Length == 0 || t.Name.Length == 0))
            return "a token in it has no owner or no name; remove that entry";
        if (Tokens.FirstOrDefault(t => t.Id < 1 || t.Id >= Next) is { } wrong)
            return $"`next` is {Next}, but there is a token {wrong.Id}; `next` is above every id that was given";
        if (Tokens.GroupBy(t => t.Id).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return $"two tokens have the id {twice.Key}; an id is given once";
        return Tokens.FirstOrDefault(t => t.Sha256.Length != 64 || t.Scope.IsDefaultOrEmpty) is { } broken
            ? $"the token {broken.Id} has no SHA-256 or no scope; remove that entry"
            : null;
    }

    /// <summary>
    /// Without the oldest of a person's tokens whose time is over, but for so many: else whoever makes short ones could
    /// make the file grow without an end.
    /// </summary>
    public TokensState WithoutOver(string owner, DateTimeOffset now, int most)
    {
        var over = Tokens.Where(t => t.Owner == owner && t.Until <= now).Select(t => t.Id).ToList();
        return over.Count <= most
            ? this
            : this with
            {
                Tokens = Tokens.RemoveAll(t => over.IndexOf(t.Id) is >= 0 and var at && at < over.Count - most),
            };
    }

    /// <summary>With a new token, which gets the next id.</summary>
    public TokensState With(PersonalToken made) =>
        this with
        {
            Next = Next + 1,
            Tokens = Tokens.Add(made with { Id = Next }),
        };

    /// <summary>Without one.</summary>
    public TokensState Without(long id) => this with { Tokens = Tokens.RemoveAll(t => t.Id == id) };

    /// <summary>With owners as they are called now; the same state when nobody is called otherwise.</summary>
    public TokensState WithOwners(Func<string, string> nameOf) =>
        Tokens.All(t => nameOf(t.Owner) == t.Owner)
            ? this
            : this with
            {
                Tokens = [.. Tokens.Select(t => t with { Owner = nameOf(t.Owner) })],
            };
}
