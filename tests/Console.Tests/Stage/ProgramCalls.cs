using TestServers.Http;

namespace TestServers.Tests.Stage;

/// <summary>
/// The calls of the program itself, read from what it has mapped: built as it is at its start, and not run.
/// </summary>
internal sealed class ProgramCalls : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Listening _listening;
    private readonly WebApplication _app;

    public ProgramCalls()
    {
        File.WriteAllText(
            _folder["console.json"],
            $$"""
            {
              "listen": { "socket": "{{_folder["k.sock"]}}" },
              "state": "state",
              "runtime": "{{_folder["run"]}}",
              "hosts": []
            }
            """
        );
        var settings = SiteTrial.Load(_folder["console.json"]);
        _listening = new Listening(settings.Listen);
        var builder = Startup.CreateBuilder([], settings, _listening);
        Startup.AddParts(builder.Services, settings);
        _app = builder.Build();
        Program.MapCalls(_app);
    }

    public IReadOnlyList<RouteEndpoint> All =>
        [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(d => d.Endpoints).Cast<RouteEndpoint>()];

    /// <summary>"GET /api/servers", in order.</summary>
    public IEnumerable<string> Addresses => All.Select(AddressOf).Order(StringComparer.Ordinal);

    public static string AddressOf(RouteEndpoint call) =>
        $"{call.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} {call.RoutePattern.RawText}";

    public static string? RightOf(RouteEndpoint call) =>
        call.Metadata.GetMetadata<NeededRight>()?.Right.ToString().ToLowerInvariant();

    public void Dispose()
    {
        ((IDisposable)_app).Dispose();
        _listening.Dispose();
        _folder.Dispose();
    }
}
