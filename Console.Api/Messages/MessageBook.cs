using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Files = System.Collections.Immutable.ImmutableDictionary<
    string,
    TestServers.Storage.JsonFile<TestServers.Messages.MessagesState>
>;

namespace TestServers.Messages;

/// <summary>
/// What each person was told; a file a person. A message is written in the act that it tells of, or in the one that
/// takes it out of what is still to be told: so each is there exactly once, whenever the console is killed.
/// </summary>
public sealed class MessageBook : IRetained
{
    private readonly StateValue<Files> _files = new(Files.Empty.WithComparers(StringComparer.Ordinal));
    private readonly string _folder;
    private readonly TimeProvider _clock;

    /// <summary>Loads everybody's.</summary>
    /// <exception cref="UnreadableFile">A file cannot be read.</exception>
    public MessageBook(string folder, TimeProvider clock)
    {
        (_folder, _clock) = (folder, clock);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*.json"))
        {
            var file = JsonFile<MessagesState>.Load(path);
            var person = file.Value.Person;
            StateFiles.MustBeNamed(path, NameOf(person), $"the messages of {person}");
            _files.Change(all => all.SetItem(person, file));
        }
    }

    /// <summary>Raised after a change of a person's messages, with those that have changed.</summary>
    public event Action<string, MessageList>? Changed;

    // By age it is looked at every hour, and by number whenever one is added.
    event Action? IRetained.Grown
    {
        add { }
        remove { }
    }

    /// <summary>A person's messages, newest first.</summary>
    public MessageList Of(string person, bool unseen = false)
    {
        var state = StateOf(person);
        return new(state.Unseen, [.. state.Messages.Where(m => !unseen || m.SeenAt is null).Reverse()]);
    }

    /// <summary>Tells a person something, as a part of an act.</summary>
    /// <param name="message">Its id and time are given here.</param>
    /// <returns>As it is written down; with the id 0 when the person does not want to be told of such.</returns>
    public Message Add(Act act, string person, Message message)
    {
        var told = message with { At = _clock.GetUtcNow() };
        if (StateOf(person).Unwanted.Contains(message.Kind))
            return told;
        Change(act, person, state => state.With(told));
        var added = StateOf(person).Messages[^1];
        TellAfter(act, person, [added.Id]);
        return added;
    }

    /// <summary>Notes that a person has seen some of theirs.</summary>
    public void See(Act act, string person, Func<Message, bool> isMeant)
    {
        var before = StateOf(person);
        if (!before.Messages.Any(m => m.SeenAt is null && isMeant(m)))
            return;
        Change(act, person, state => state.WithSeen(isMeant, _clock.GetUtcNow()));
        TellAfter(act, person, [.. StateOf(person).Messages.Except(before.Messages).Select(m => m.Id)]);
    }

    /// <summary>Of what a person does not want to be told.</summary>
    public IReadOnlySet<MessageKind> UnwantedBy(string person) => StateOf(person).Unwanted;

    /// <summary>Of what a person does not want to be told by e-mail.</summary>
    public IReadOnlySet<MessageKind> UnmailedTo(string person) =>
        StateOf(person).Unmailed ?? MessagesState.UsuallyUnmailed;

    /// <summary>Notes of what a person does not want to be told from now on.</summary>
    /// <param name="kinds">At all.</param>
    /// <param name="unmailed">By e-mail; null: as before.</param>
    public void SetUnwanted(
        Act act,
        string person,
        IEnumerable<MessageKind> kinds,
        IEnumerable<MessageKind>? unmailed = null
    )
    {
        var unwanted = kinds.ToImmutableSortedSet();
        if (!unwanted.SetEquals(StateOf(person).Unwanted))
            Change(act, person, state => state with { Unwanted = unwanted, IdleSince = null });
        if (unmailed?.ToImmutableSortedSet() is { } chosen && !chosen.SetEquals(UnmailedTo(person)))
            Change(act, person, state => state with { Unmailed = chosen, IdleSince = null });
    }

    /// <summary>Gives people's messages the names that they have now.</summary>
    public void Rename(Act act, Func<string, string> nameOf)
    {
        foreach (var (person, file) in _files.Now.Where(f => nameOf(f.Key) != f.Key).ToList())
        {
            foreach (var message in file.Value.Messages)
                Change(act, nameOf(person), state => state.With(message));
            var unwanted = file.Value.Unwanted;
            if (!unwanted.IsEmpty)
                Change(act, nameOf(person), state => state with { Unwanted = state.Unwanted.Union(unwanted) });
            if (file.Value.Unmailed is { } unmailed)
                Change(act, nameOf(person), state => state with { Unmailed = state.Unmailed ?? unmailed });
            act.Change(
                file,
                state => state.IsEmpty ? state : state with { Messages = [], Unwanted = [], Unmailed = null }
            );
        }
    }

    /// <summary>Removes those that were told before <paramref name="time"/>.</summary>
    public void RemoveOld(int kept, DateTimeOffset time)
    {
        foreach (var file in _files.Now.Values)
            file.Change(state => state.Without(time, _clock.GetUtcNow()));
    }

    /// <summary>Who has had no message, and chosen nothing, since a time.</summary>
    public IEnumerable<string> IdleSince(DateTimeOffset time) =>
        _files.Now.Where(f => f.Value.Value.IdleSince < time).Select(f => f.Key);

    /// <summary>Removes the file of a person who is forgotten, as a part of an act: nobody tells them anything
    /// meanwhile.</summary>
    public void Forget(Act act, string person) =>
        act.Publish(() =>
        {
            if (
                _files.Now.GetValueOrDefault(person)?.Value.IdleSince is not null
                && JsonFile<MessagesState>.TryRemove(Path.Combine(_folder, NameOf(person)))
            )
                _files.Change(all => all.Remove(person));
        });

    // As they are then: what is told late must not bring back what was before.
    private void TellAfter(Act act, string person, HashSet<long> ids) =>
        act.After(() =>
        {
            var now = StateOf(person);
            Changed?.Invoke(person, new(now.Unseen, [.. now.Messages.Where(m => ids.Contains(m.Id)).Reverse()]));
        });

    private MessagesState StateOf(string person) =>
        _files.Now.GetValueOrDefault(person)?.Value ?? MessagesState.Of(person);

    private void Change(Act act, string person, Func<MessagesState, MessagesState> change)
    {
        if (_files.Now.GetValueOrDefault(person) is { } known)
        {
            act.Change(known, change);
            return;
        }
        var file = act.Create(Path.Combine(_folder, NameOf(person)), change(MessagesState.Of(person)));
        act.Set(_files, all => all.SetItem(person, file));
    }

    // A person's name may hold whatever their directory writes; a file's name must not.
    private static string NameOf(string person) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(person)))[..32] + ".json";
}
