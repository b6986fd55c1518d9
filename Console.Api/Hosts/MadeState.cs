using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TestServers.Hosts;

/// <summary>
/// A server that the console has made, or has asked for. It is written down before its host is asked, so that what a
/// kill leaves is found by name and mark.
/// </summary>
/// <param name="Mark">What its metadata say there, for Nova under <see cref="MadeState.MarkKey"/>: it is deleted only
/// where both agree.</param>
/// <param name="Hours">How long after its last hold it is deleted, where the settings do not say it any more.</param>
public sealed record MadeServer(
    ServerName Name,
    string Host,
    AppName App,
    string Mark,
    DateTimeOffset AskedAt,
    double Minutes,
    double Hours
)
{
    /// <summary>Its host's id; null: nobody knows yet whether its host has it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>What led to its host when it was asked for; null: an older console did not write it down.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Place { get; init; }

    /// <summary>The domain that it is a copy of; null: Nova makes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Template { get; init; }

    /// <summary>Since when it can be used; null: it is being made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>When it is deleted, as was told; null: it stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Goes { get; init; }

    /// <summary>Why it is being deleted, as a sentence; null: it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deleting { get; init; }

    /// <summary>Whether it is on its way, and cannot be used yet.</summary>
    [JsonIgnore]
    public bool IsBeingMade => ReadyAt is null && Deleting is null;
}

/// <summary>Why the last server for an app could not be made.</summary>
/// <param name="Reason">As a sentence.</param>
/// <param name="Told">The places in the line whose people know it.</param>
public sealed record NotMade(DateTimeOffset At, string Reason, ImmutableSortedSet<long> Told);

/// <summary>What stands in made.json.</summary>
/// <param name="Next">The number of the next one: no name is used twice.</param>
/// <param name="Servers">All that there are, the key is the server.</param>
/// <param name="NotMade">By the apps' names, until one is made.</param>
public sealed record MadeState(
    int Version,
    long Next,
    ImmutableSortedDictionary<string, MadeServer> Servers,
    ImmutableSortedDictionary<string, NotMade> NotMade
) : IVersioned
{
    /// <summary>The key of a server's metadata that has its mark.</summary>
    public const string MarkKey = "test-server-console";

    public static MadeState Empty { get; } =
        new(
            JsonFile<MadeState>.Version,
            1,
            ImmutableSortedDictionary.Create<string, MadeServer>(StringComparer.Ordinal),
            ImmutableSortedDictionary.Create<string, NotMade>(StringComparer.Ordinal)
        );

    public string? FindFault()
    {
        foreach (var (key, server) in Servers)
        {
            if (server is null || server.Name.Text != key)
                return $"what stands under `{key}` is null, or another server's; remove it";
            if (string.IsNullOrEmpty(server.Mark) || string.IsNullOrEmpty(server.Host))
                return $"{key} has no mark or no host, and could not be told from others; remove it";
        }
        return NotMade.Values.Any(n => n is null || string.IsNullOrEmpty(n.Reason))
            ? "one of `notMade` says nothing; remove it"
            : null;
    }

    /// <summary>One of them; null: the console has not made it.</summary>
    public MadeServer? Of(ServerName server) => Servers.GetValueOrDefault(server.Text);

    public MadeState With(MadeServer server) => this with { Servers = Servers.SetItem(server.Name.Text, server) };

    public MadeState Without(ServerName server) => this with { Servers = Servers.Remove(server.Text) };
}
