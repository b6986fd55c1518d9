using System.Collections.Immutable;

namespace TestServers.Hosts;

/// <summary>That a server is out of service.</summary>
/// <param name="Number">Rises with every time that somebody says it, and is never used again.</param>
/// <param name="Note">Why, for everybody.</param>
/// <param name="By">Who has said it last.</param>
/// <param name="Since">Since when; another note or end leaves it.</param>
/// <param name="Until">When it ends by itself; null: when an administrator puts it back.</param>
public sealed record OutOfService(
    ServerName Server,
    long Number,
    string Note,
    string By,
    DateTimeOffset Since,
    DateTimeOffset? Until
);

/// <summary>What stands in service.json.</summary>
/// <param name="Next">The number of the next one.</param>
/// <param name="Out">Every server that is out of service; the key is the server.</param>
public sealed record ServiceState(int Version, long Next, ImmutableSortedDictionary<string, OutOfService> Out)
    : IVersioned
{
    public static ServiceState Empty { get; } =
        new(
            JsonFile<ServiceState>.Version,
            1,
            ImmutableSortedDictionary.Create<string, OutOfService>(StringComparer.Ordinal)
        );

    public string? FindFault()
    {
        foreach (var (key, service) in Out)
        {
            if (service is null || service.Server.Text != key)
                return $"what stands under `{key}` is null, or another server's; remove it";
            if (service.Note.Length == 0 || service.By.Length == 0)
                return $"{key} is out of service without a note, or by nobody; remove it";
            if (service.Number < 1 || service.Number >= Next)
                return $"`next` is {Next}, but {key} has number {service.Number}; `next` is above every number that "
                    + "was given, and they begin at 1";
        }
        return Out.Values.GroupBy(s => s.Number).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? $"{string.Join(" and ", twice.Select(s => s.Server))} have one number, {twice.Key}; each has its own"
            : null;
    }

    /// <summary>What stands of a server, whether or not its time is over; null: it is in service.</summary>
    public OutOfService? On(ServerName server) => Out.GetValueOrDefault(server.Text);

    /// <summary>With a server out of service, under the next number.</summary>
    public ServiceState With(OutOfService service) =>
        this with
        {
            Next = Next + 1,
            Out = Out.SetItem(service.Server.Text, service with { Number = Next }),
        };

    /// <summary>With a server in service.</summary>
    public ServiceState Without(ServerName server) => this with { Out = Out.Remove(server.Text) };

    /// <summary>The servers of which something else stands here than before.</summary>
    public IEnumerable<ServerName> ChangedSince(ServiceState before) =>
        before
            .Out.Values.Concat(Out.Values)
            .Select(s => s.Server)
            .Distinct()
            .Where(s => !ReferenceEquals(before.On(s), On(s)));
}
