using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Files = System.Collections.Immutable.ImmutableDictionary<
    string,
    TestServers.Storage.JsonFile<TestServers.Access.KeptAnswer>
>;

namespace TestServers.Access;

/// <summary>What was answered to a call with an Idempotency-Key; a file a key.</summary>
/// <param name="Caller">Kind and name of who asked: a key is theirs alone.</param>
/// <param name="Body">The SHA-256 of the body, whatever its form and the order of its fields.</param>
/// <param name="Shown">Call and body as people read them, cut.</param>
public sealed record KeptAnswer(
    int Version,
    string Caller,
    string Key,
    string Call,
    string Body,
    string Shown,
    DateTimeOffset At,
    JsonElement Answer
) : IVersioned;

/// <summary>
/// Answers of calls with an Idempotency-Key, kept with what the calls have done, in one act: who asks again gets the
/// answer of then, and nothing is done. A key belongs to its caller, call and body. What was refused is not kept.
/// </summary>
public sealed class KeptAnswers : IRetained
{
    /// <summary>For how long an answer is kept.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromDays(7);
    private const int MostOfOne = 5000,
        MostShown = 300;

    // Those of each caller, by the names of their files.
    private readonly StateValue<ImmutableDictionary<string, Files>> _known = new(
        ImmutableDictionary<string, Files>.Empty
    );
    private readonly string _folder;
    private readonly TimeProvider _clock;

    /// <summary>Loads every answer of the folder.</summary>
    /// <exception cref="UnreadableFile">One cannot be read.</exception>
    public KeptAnswers(string folder, TimeProvider clock)
    {
        (_folder, _clock) = (folder, clock);
        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            var file = JsonFile<KeptAnswer>.Load(path);
            _known.Change(all => With(all, Path.GetFileNameWithoutExtension(path), file));
        }
    }

    /// <summary>The answer of an earlier call that was the same, or nothing.</summary>
    /// <exception cref="Problem">422: the key was used for another call, or another body.</exception>
    public T? Find<T>(Deed deed)
        where T : class
    {
        if (deed.Key is null || FileOf(deed, NameOf(deed))?.Value is not { } kept)
            return null;
        if (kept.Call == deed.Call && kept.Body == HashOf(deed.Body))
            return kept.Answer.Deserialize<T>(Json.Web);
        throw Problem
            .KeyUsed(
                $"The Idempotency-Key {deed.Key} was used at {Times.Say(kept.At)} for {kept.Shown}, "
                    + $"and is now sent with {Shown(deed.Call, deed.Body)}. Nothing was done. Use "
                    + "a key of its own for each request."
            )
            .With("used", kept.Shown)
            .With("sent", Shown(deed.Call, deed.Body));
    }

    /// <summary>Keeps an answer as a part of the act that did what was asked.</summary>
    public void Keep<T>(Act act, Deed deed, T answer)
        where T : class
    {
        if (deed.Key is null)
            return;
        var name = NameOf(deed);
        var file = FileOf(deed, name);
        if (file is null && _known.Now.GetValueOrDefault(CallerOf(deed))?.Count >= MostOfOne)
            throw Problem
                .TooMany(
                    $"{deed.Caller.Name} has used {MostOfOne} Idempotency-Keys within "
                        + $"{Time.TotalDays:0} days, which is "
                        + "the limit. Send this request without one, or use keys for what must not be done twice alone."
                )
                .With("limit", MostOfOne);
        var kept = new KeptAnswer(
            1,
            CallerOf(deed),
            deed.Key,
            deed.Call,
            HashOf(deed.Body),
            Shown(deed.Call, deed.Body),
            _clock.GetUtcNow(),
            JsonSerializer.SerializeToElement(answer, Json.Web)
        );
        if (file is null)
            file = act.Create(PathOf(name), kept);
        else
            act.Change(file, _ => kept);
        act.Set(_known, all => With(all, name, file));
    }

    /// <summary>Removes what is too old.</summary>
    /// <exception cref="IOException">The disk refused; the next call goes on.</exception>
    public void RemoveOld()
    {
        foreach (var (caller, answers) in _known.Now)
        {
            foreach (var name in answers.Where(a => _clock.GetUtcNow() - a.Value.Value.At > Time).Select(a => a.Key))
            {
                JsonFile<KeptAnswer>.Remove(PathOf(name));
                _known.Change(all => Without(all, caller, name));
            }
        }
    }

    // What they are kept for is said by the protocol, not by the settings.
    void IRetained.RemoveOld(int kept, DateTimeOffset time) => RemoveOld();

    event Action? IRetained.Grown
    {
        add { }
        remove { }
    }

    private JsonFile<KeptAnswer>? FileOf(Deed deed, string name) =>
        _known.Now.GetValueOrDefault(CallerOf(deed))?.GetValueOrDefault(name);

    private static ImmutableDictionary<string, Files> With(
        ImmutableDictionary<string, Files> all,
        string name,
        JsonFile<KeptAnswer> file
    )
    {
        var caller = file.Value.Caller;
        var own = all.GetValueOrDefault(caller, Files.Empty);
        return all.SetItem(caller, own.SetItem(name, file));
    }

    private static ImmutableDictionary<string, Files> Without(
        ImmutableDictionary<string, Files> all,
        string caller,
        string name
    )
    {
        var own = all.GetValueOrDefault(caller, Files.Empty).Remove(name);
        return own.IsEmpty ? all.Remove(caller) : all.SetItem(caller, own);
    }

    // A person's tokens are one caller: whoever makes a new one in the middle of something goes on with it.
    private static string CallerOf(Deed deed) =>
        deed.Caller.Token is null ? $"{deed.Caller.Kind} {deed.Caller.Name}" : $"Tokens of {deed.Caller.Name}";

    // Key and name may hold whatever people write; a file's name must not.
    private static string NameOf(Deed deed) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{CallerOf(deed)}\n{deed.Key}")))[..32];

    private string PathOf(string name) => Path.Combine(_folder, name + ".json");

    private static string Shown(string call, string body)
    {
        var text = body.Length == 0 ? call : $"{call} {body}";
        return text.Length <= MostShown ? text : text[..MostShown] + "...";
    }

    // No body is an empty one, and what is the same for the API is the same here.
    private static string HashOf(string body)
    {
        string canonical;
        try
        {
            canonical =
                Sorted(body.Trim().Length == 0 ? new JsonObject() : JsonNode.Parse(body))?.ToJsonString() ?? "null";
        }
        catch (JsonException)
        {
            canonical = body;
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
    }

    private static JsonNode? Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject fields => new JsonObject(
                fields
                    .OrderBy(f => f.Key, StringComparer.Ordinal)
                    .Select(f => KeyValuePair.Create(f.Key, Sorted(f.Value)))
            ),
            JsonArray items => new JsonArray([.. items.Select(Sorted)]),
            _ => node?.DeepClone(),
        };
}
