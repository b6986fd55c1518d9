using System.Globalization;
using TestServers.HostPrograms;

namespace TestServers.Databases;

/// <summary>
/// Calls the program on one database host. Builds calls and reads results; what comes back is checked here.
/// </summary>
/// <param name="console">This console's id: what it makes there carries it, what carries another is refused.</param>
public sealed class DatabaseHost(
    DatabaseHostSettings settings,
    CurrentSettings limits,
    string controlFolder,
    string console,
    HostProgram program
)
{
    private static readonly TimeSpan StatusLimit = TimeSpan.FromSeconds(30),
        DropLimit = TimeSpan.FromMinutes(2);

    /// <summary>The way to its program.</summary>
    internal Transport Transport { get; } =
        settings.Local is { } local
            ? new LocalTransport(settings.Name, local.Program, local.Config)
            : Transport.To(settings.Name, settings.Ssh!.Host, settings.Ssh, controlFolder);

    public DatabaseHostSettings Settings => settings;

    /// <summary>Asks for bases, spares and copies.</summary>
    public async Task<(HostResult End, DatabaseHostStatus Status)> Status(
        IEnumerable<BaseName> bases,
        CancellationToken cancel
    )
    {
        var end = await program.Run(Call("status", StatusLimit), cancel);
        // It is sent nothing that today's scripts refuse.
        if (end.Outcome == HostOutcome.Refused)
            end = end with { Message = $"{end.Message} The scripts there are not this console's: install them." };
        return (end, DatabaseHostStatus.Read(bases, end.Results));
    }

    /// <summary>Asks whether it has the tools and the rights that the console needs; changes nothing.</summary>
    /// <param name="owners">The roles that own its bases.</param>
    internal Task<HostResult> Check(IEnumerable<string> owners, CancellationToken cancel) =>
        program.Run(Call("check", StatusLimit, ("owners", string.Join(' ', owners))), cancel);

    /// <summary>Replaces a server's copy by a fresh one.</summary>
    /// <param name="onlySpare">Take a spare or fail with the result <c>spare=none</c>; never make a plain copy.</param>
    /// <param name="night">When given, the data time of a kept night: when it is neither the base's nor kept, it fails
    /// with the result <c>night=none</c>. Null: the newest.</param>
    public Task<HostResult> Copy(
        BaseSettings @base,
        ServerName server,
        bool onlySpare,
        DateTimeOffset? night,
        Action<string> onLog,
        Action<double> onProgress,
        CancellationToken cancel
    )
    {
        var copy = Call(
            "copy",
            TimeSpan.FromMinutes(limits.Now.Builds.DatabaseMinutes),
            [
                ("base", @base.Name.Text),
                ("server", server.Text),
                ("owner", @base.Owner),
                ("only_spare", onlySpare ? "true" : "false"),
                // Not sent to scripts of before that do not know it.
                .. night is { } time ? Only("night", $"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}") : [],
            ]
        );
        return program.Run(copy with { OnLog = onLog, OnProgress = onProgress }, cancel);
    }

    /// <summary>Keeps what a server's copy has now as a savepoint; meanwhile nobody is connected to it.</summary>
    public Task<HostResult> Keep(
        BaseSettings @base,
        ServerName server,
        JobId savepoint,
        string name,
        Action<double> onProgress,
        CancellationToken cancel
    ) =>
        program.Run(
            Call(
                "keep",
                TimeSpan.FromMinutes(limits.Now.Builds.DatabaseMinutes),
                ("base", @base.Name.Text),
                ("server", server.Text),
                ("owner", @base.Owner),
                ("number", savepoint.Text),
                ("name", name)
            ) with
            {
                OnProgress = onProgress,
            },
            cancel
        );

    /// <summary>Makes a server's copy what a savepoint has: by its twin, or by a copy of it if there is none.</summary>
    public Task<HostResult> GoBack(
        BaseSettings @base,
        ServerName server,
        JobId savepoint,
        Action<double> onProgress,
        CancellationToken cancel
    ) =>
        program.Run(
            Call(
                "back",
                TimeSpan.FromMinutes(limits.Now.Builds.DatabaseMinutes),
                ("base", @base.Name.Text),
                ("server", server.Text),
                ("owner", @base.Owner),
                ("number", savepoint.Text)
            ) with
            {
                OnProgress = onProgress,
            },
            cancel
        );

    /// <summary>Drops a savepoint and its twin; one that is not there is no fault.</summary>
    public Task<HostResult> Unkeep(BaseName @base, JobId savepoint, CancellationToken cancel) =>
        program.Run(Call("unkeep", DropLimit, ("base", @base.Text), ("number", savepoint.Text)), cancel);

    /// <summary>Drops a base and its spares; copies and savepoints stay.</summary>
    public Task<HostResult> Clear(BaseName @base, CancellationToken cancel) =>
        program.Run(Call("clear", DropLimit, ("base", @base.Text)), cancel);

    /// <summary>Makes spares up to the number of the settings, and drops what copies left behind.</summary>
    public Task<HostResult> Prepare(BaseSettings @base, CancellationToken cancel) =>
        program.Run(
            Call(
                "prepare",
                TimeSpan.FromMinutes(limits.Now.Builds.DatabaseMinutes),
                ("base", @base.Name.Text),
                ("owner", @base.Owner),
                ("spares", $"{@base.Spares}")
            ),
            cancel
        );

    /// <summary>
    /// Drops drafts and old databases that a crash of this console left, and dead spares of the bases; never a copy.
    /// </summary>
    public Task<HostResult> Sweep(IEnumerable<BaseName> bases, Action<string> onLog, CancellationToken cancel)
    {
        var call = Call("sweep", TimeSpan.FromMinutes(10), ("bases", string.Join(' ', bases)));
        return program.Run(call with { OnLog = onLog }, cancel);
    }

    /// <summary>Writes at a copy of this console since when its server is not seen.</summary>
    /// <param name="since">Null takes that back.</param>
    /// <returns>Among the results <c>told=0</c> when the copy is not there or not this console's.</returns>
    public Task<HostResult> TellGone(
        BaseName @base,
        ServerName server,
        DateTimeOffset? since,
        CancellationToken cancel
    ) =>
        program.Run(
            Call("gone", StatusLimit, ("base", @base.Text), ("server", server.Text), ("since", Say(since))),
            cancel
        );

    /// <summary>Drops a server's copy, whoever is connected to it.</summary>
    /// <param name="since">
    /// When given, only while <see cref="TellGone"/>'s instant stands at it; else it fails with <c>since=other</c>.
    /// </param>
    public Task<HostResult> Drop(BaseName @base, ServerName server, DateTimeOffset? since, CancellationToken cancel)
    {
        var call = since is null
            ? Call("drop", DropLimit, ("base", @base.Text), ("server", server.Text))
            : Call("drop", DropLimit, ("base", @base.Text), ("server", server.Text), ("since", Say(since)));
        return program.Run(call, cancel);
    }

    /// <summary>Refreshes a base from its dump; until its last step yesterday's base stays in use.</summary>
    public Task<HostResult> Restore(
        BaseSettings @base,
        TimeSpan limit,
        Action<string> onLog,
        Action<double> onProgress,
        Action<string> onStep,
        CancellationToken cancel
    )
    {
        var call = Call(
            "restore",
            limit,
            [
                ("base", @base.Name.Text),
                ("owner", @base.Owner),
                ("dump", @base.Dump),
                ("jobs", $"{@base.Jobs}"),
                .. @base.Nights > 0 ? Only("nights", $"{@base.Nights}") : [],
            ]
        );
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        if (@base.Check is { } check)
            files["check.sql"] = check;
        if (@base.Sanitize is { } sanitize)
            files["sanitize.sql"] = sanitize;
        // A list without an entry says something, too.
        if (@base.Skip is { } skip)
            files["skip"] = string.Join('\n', skip);
        if (@base.AllowErrors is { Count: > 0 } errors)
            files["errors"] = string.Join('\n', errors);
        return program.Run(
            call with
            {
                Files = files,
                OnLog = onLog,
                OnProgress = onProgress,
                OnStep = onStep,
            },
            cancel
        );
    }

    /// <summary>A whole number that the host reported, or null.</summary>
    public static long? Number(IReadOnlyDictionary<string, string> results, string key) =>
        long.TryParse(results.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>A number of seconds that the host reported, or null.</summary>
    public static double? Seconds(IReadOnlyDictionary<string, string> results, string key) =>
        double.TryParse(
            results.GetValueOrDefault(key),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

    /// <summary>An instant that the host reported with its zone, or null.</summary>
    public static DateTimeOffset? Instant(IReadOnlyDictionary<string, string> results, string key) =>
        Times.Read(results.GetValueOrDefault(key))?.ToUniversalTime();

    /// <summary>How a copy was made, from the closed list of ways.</summary>
    public static string? Method(IReadOnlyDictionary<string, string> results, string key) =>
        results.GetValueOrDefault(key) is "spare" or "twin" or "clone" or "file_copy" or "wal_log"
            ? results[key]
            : null;

    private static (string Key, string Text)[] Only(string key, string text) => [(key, text)];

    private static string Say(DateTimeOffset? instant) =>
        instant?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) ?? "";

    private HostCall Call(string verb, TimeSpan limit, params (string Key, string Text)[] values)
    {
        var sent = values.ToDictionary(v => v.Key, v => v.Text, StringComparer.Ordinal);
        sent["console"] = console;
        return new(Transport, "database-host", verb, sent, limit);
    }
}
