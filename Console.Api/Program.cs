using Microsoft.AspNetCore.Builder.Extensions;
using TestServers;
using TestServers.Administration;
using TestServers.Apps;
using TestServers.Board;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.Following;
using TestServers.History;
using TestServers.Http;
using TestServers.Live;
using TestServers.Messages;
using TestServers.Monitoring;
using TestServers.Plans;
using TestServers.Power;
using TestServers.Reservations;
using TestServers.Room;
using TestServers.Savepoints;

// A table of contents: a command, or: read the settings, register the parts, map the calls, run.
if (ConsoleCommands.Are(args))
    return await ConsoleCommands.Run(args, Startup.SettingsFile([]));
var serves = false;
try
{
    SettingsReload.TakeSignal();
    var settings = SiteTrial.Load(Startup.SettingsFile(args), quickly: true);
    using var listening = new Listening(settings.Listen);
    var builder = Startup.CreateBuilder(args, settings, listening);
    Startup.AddParts(builder.Services, settings);
    listening.Begin();
    await using var app = builder.Build();

    app.Use(Startup.HoldSettings);
    // Not UsePathBase(), which looks for the call before who asks is known.
    if (settings.PathBase.Length > 0)
        app.UseMiddleware<UsePathBaseMiddleware>(new PathString(settings.PathBase));
    app.Use(SecurityHeaders.Add);
    app.UseExceptionHandler();
    app.UseStatusCodePages(ProblemHandler.Complete);
    if (settings.Listen.Socket is null)
        app.UseMiddleware<ThisMachine>();
    app.UseMiddleware<Identity>();
    app.Use(app.Services.GetRequiredService<RefusedDeeds>().Watch);
    app.Use(app.Services.GetRequiredService<PageFiles>().Answer);
    app.UseMiddleware<Methods>();
    app.Use(BodyCheck.HideType);
    app.UseRouting();
    app.Use(BodyCheck.ShowType);
    app.UseMiddleware<Rights>();
    app.UseMiddleware<CrossSite>();
    app.UseMiddleware<AddressCheck>();
    app.UseMiddleware<BodyCheck>();
    app.UseMiddleware<IdempotencyKey>();
    MapCalls(app);

    app.Services.GetRequiredService<EventPublisher>().Begin();
    app.Services.GetRequiredService<Measures>(); // Measures from here on.
    if (settings.Listen.Loopback is { } port)
        app.Logger.LogWarning(
            "The console is open to everybody on this machine, at "
                + "http://localhost:{Port}{Path}/; people name themselves. For real use put it behind a web server.",
            port,
            settings.PathBase
        );
    Startup.LogNotices(app);
    app.Lifetime.ApplicationStarted.Register(() => serves = true);
    ServiceManager.Tell(app.Lifetime, app.Logger);
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (!serves)
{
    await System.Console.Error.WriteLineAsync(
        $"{(JournalStream.IsOutput ? "<2>" : "")}The console does not start. {e.Message.ReplaceLineEndings(" ")}"
    );
    return e is WrongSetting { IsArgument: true } ? 2 : 1;
}

/// <summary>Named for the tests, which start the real program and compare its calls with its document.</summary>
public partial class Program
{
    /// <summary>Every call there is.</summary>
    internal static void MapCalls(WebApplication app)
    {
        app.MapServers();
        app.MapReservations();
        app.MapSharing();
        app.MapService();
        app.MapAnyServer();
        app.MapLine();
        app.MapBuilds();
        app.MapServerApps();
        app.MapSavepoints();
        app.MapPower();
        app.MapRoom();
        app.MapHistory();
        app.MapPlans();
        app.MapFollowing();
        app.MapHooks();
        app.MapApps();
        app.MapDatabases();
        app.MapCopies();
        app.MapMessages();
        app.MapDeliveries();
        app.MapLive();
        app.MapAccess();
        app.MapTokens();
        app.MapMonitoring();
        app.MapAudit();
        app.MapDocument();
    }
}
