using Microsoft.Extensions.Logging.Console;
using TestServers.Administration;
using TestServers.Apps;
using TestServers.Board;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.Following;
using TestServers.History;
using TestServers.HostPrograms;
using TestServers.Http;
using TestServers.Live;
using TestServers.Mail;
using TestServers.Making;
using TestServers.Messages;
using TestServers.Monitoring;
using TestServers.Plans;
using TestServers.Power;
using TestServers.Reservations;
using TestServers.Room;
using TestServers.Savepoints;
using TestServers.Webhooks;

namespace TestServers;

/// <summary>
/// What happens before the first request: where to listen, which parts there are and what they are made of.
/// </summary>
public static class Startup
{
    private const long LargestBody = 64 * 1024;

    /// <summary>
    /// The settings file: --settings FILE, else CONSOLE_SETTINGS, else console.json beside the program, for a look.
    /// </summary>
    /// <exception cref="WrongSetting">The arguments say something else.</exception>
    public static string SettingsFile(string[] args)
    {
        if (args is ["--settings", { Length: > 0 } named])
            return named;
        if (args is [{ } one] && one.StartsWith("--settings=", StringComparison.Ordinal) && one.Length > 11)
            return one[11..];
        // Else a misspelt one would bring up the console for a look, open to everybody on the machine.
        if (args is [var first, ..])
            throw new WrongSetting(
                first.StartsWith("--settings", StringComparison.Ordinal)
                    ? "`--settings` is wrong: behind it stands one name of a file, and nothing else."
                    : $"The argument `{SettingsText.Cut(first)}` is not known: there is `--settings FILE`, or a "
                        + "command, which `console --help` lists."
            )
            {
                IsArgument = true,
            };
        return Environment.GetEnvironmentVariable("CONSOLE_SETTINGS") is { Length: > 0 } file
            ? file
            : Path.Combine(AppContext.BaseDirectory, "console.json");
    }

    public static WebApplicationBuilder CreateBuilder(string[] args, ConsoleSettings settings, Listening listening)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions
            {
                // The console's own settings are another file: nothing else is watched.
                Args = [.. args, "--hostBuilder:reloadConfigOnChange=false"],
                WebRootPath = Wwwroot(settings),
                ContentRootPath = AppContext.BaseDirectory,
            }
        );
        AddLog(builder.Logging, settings.Log);
        builder
            .Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Diagnostics", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            if (settings.Listen.Socket is { } socket)
                kestrel.ListenUnixSocket(socket);
            else
                kestrel.ListenLocalhost(settings.Listen.Loopback!.Value);
        });
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = listening.SocketOf);
        builder.Host.UseDefaultServiceProvider(services => services.ValidateScopes = services.ValidateOnBuild = true);
        builder.Services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = TimeSpan.FromSeconds(25);
            options.ServicesStopConcurrently = true;
        });
        return builder;
    }

    // What cannot be written is dropped and counted: a journal that hangs does not stop the console.
    private static void AddLog(ILoggingBuilder logging, LogForm form)
    {
        var forJournal = form == LogForm.Journal || (form == LogForm.Auto && JournalStream.IsOutput);
        logging
            .ClearProviders()
            .AddConsole(options =>
            {
                options.FormatterName = LogLines.FormatName;
                options.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            });
        logging.Services.AddSingleton<ConsoleFormatter>(new LogLines(forJournal, TimeProvider.System));
    }

    /// <param name="clock">Null: the machine's.</param>
    public static void AddParts(IServiceCollection services, ConsoleSettings settings, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        var current = new CurrentSettings(settings);
        services.AddSingleton(current).AddSingleton(clock);
        // A request sees one and the same from its begin to its end; who lives longer asks CurrentSettings.
        services.AddScoped(provider => provider.GetRequiredService<CurrentSettings>().Now);
        var restored = StateExchange.Finish(settings.State, clock.GetUtcNow());
        StateParts.Open(settings.State, current, clock, restored).AddTo(services);
        new DrainMark(settings.State).Remove();
        MakeRuntime(settings.Runtime);

        services
            .AddHostPrograms(current)
            .AddSingleton<Deliveries>()
            .AddBackground<WebhookSender>()
            .AddBackground<MailSender>()
            .AddJobs()
            .AddHttp()
            .AddAccess()
            .AddHosts()
            .AddReservations()
            .AddApps(settings)
            .AddDatabases()
            .AddBuilds()
            .AddSavepoints()
            .AddPower()
            .AddRoom()
            .AddHistory()
            .AddPlans()
            .AddFollowing()
            .AddMaking()
            .AddBoard()
            .AddMessages()
            .AddLive()
            .AddMonitoring()
            .AddAudit()
            .AddForgetting()
            .AddBackground<SettingsReload>();
    }

    /// <summary>Has a request go on with the settings it began with.</summary>
    public static async Task HoldSettings(HttpContext context, RequestDelegate next)
    {
        using var held = context.RequestServices.GetRequiredService<CurrentSettings>().Hold();
        await next(context);
    }

    /// <summary>Puts into the log which settings hold, and what was mended when the state was opened.</summary>
    public static void LogNotices(WebApplication app)
    {
        var settings = app.Services.GetRequiredService<CurrentSettings>().Newest;
        app.Logger.LogInformation("Settings read from {File}: {Counts}.", settings.Source, settings.Counts);
        foreach (var notice in app.Services.GetRequiredService<StateFolder>().Notices)
            app.Logger.LogWarning("{Notice}", notice);
    }

    private static void MakeRuntime(string folder)
    {
        try
        {
            Disk.CreateFolder(folder);
        }
        catch (DiskRefused refused)
        {
            throw new WrongSetting(
                $"`runtime` is wrong: {refused.Message.TrimEnd('.')}. Name a folder that the "
                    + "console's account can make and write."
            );
        }
    }

    // Published: app/ and wwwroot/ are neighbours. From the sources: the program is in Console.Api/bin/..., wwwroot
    // beside Console.Api.
    private static string Wwwroot(ConsoleSettings settings)
    {
        if (settings.Wwwroot is { } named)
            return Directory.Exists(named)
                ? named
                : throw new WrongSetting($"`wwwroot` is wrong: there is no folder {named}.");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "wwwroot");
            if (File.Exists(Path.Combine(candidate, "index.html")))
                return candidate;
        }
        throw new WrongSetting("`wwwroot` is needed: there is no folder wwwroot beside the program.");
    }
}
