namespace TestServers.Tests.Stage;

/// <summary>Tests of reservations and lines by the console's own parts, with a clock that the test sets.</summary>
/// <param name="settings">More of the settings, as JSON without its outer braces.</param>
public abstract class ReservationParts(IEnumerable<string> servers, string settings, TimeProvider clock)
    : IAsyncLifetime,
        IAsyncDisposable
{
    internal PartsInPlace Parts { get; } =
        new(servers.Select(s => (s, 1)), new Dictionary<string, string>(StringComparer.Ordinal), settings, clock);

    internal ReservationsState State => Parts.The<JsonFile<ReservationsState>>().Value;

    internal ReservationBook Book => Parts.The<ReservationBook>();

    public Task InitializeAsync() => Parts.Begin();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await Parts.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
