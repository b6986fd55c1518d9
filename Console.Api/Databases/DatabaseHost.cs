using System.Collections.Immutable;
using System.Globalization;
using TestServers.Commands;

namespace TestServers.Databases;

/// <summary>What a database host says of one base.</summary>
public sealed record BaseStatus(long? Size, DateTimeOffset? DataTime, int Spares, string? Method);

/// <summary>What a database host says of what it has.</summary>
/// <param name="Copies">The data time of each copy; the key is the database.</param>
public sealed record DatabaseHostStatus(ImmutableDictionary<BaseName, BaseStatus> Bases, ImmutableDictionary<string, DateTimeOffset?> Copies);

/// <summary>Calls the program on one database host. Builds calls and reads results; what comes back is checked here.</summary>
public sealed class DatabaseHost(DatabaseHostSettings settings, BuildSettings limits, string controlFolder, HostProgram program)
{
    private static readonly TimeSpan StatusLimit = TimeSpan.FromSeconds(30);

    private readonly Transport _transport = settings.Local is { } local
        ? new LocalTransport(settings.Name, local.Program, local.Config)
        : new SshTransport(settings.Name, settings.Ssh!.Host, settings.Ssh, controlFolder);

    public DatabaseHostSettings Settings => settings;

    /// <summary>Asks for bases, spares and copies.</summary>
    public async Task<(HostEnd End, DatabaseHostStatus Status)> Status(IEnumerable<BaseName> bases, CancellationToken cancel)
    {
        var end = await program.Run(Call("status", StatusLimit), cancel);
        return (end, new(bases.Where(b => end.Results.ContainsKey($"base.{b}.size")).ToImmutableDictionary(b => b, b => StatusOf(end.Results, b)),
            end.Results.Keys.Where(k => k.StartsWith("copy.", StringComparison.Ordinal) && k.EndsWith(".data_time", StringComparison.Ordinal)).ToImmutableDictionary(k => k["copy.".Length..^".data_time".Length], k => Instant(end.Results, k))));
    }

    /// <summary>Replaces a server's copy by a fresh one.</summary>
    /// <param name="onlySpare">Take a spare or fail with the result <c>spare=none</c>; never make a plain copy.</param>
    public Task<HostEnd> Copy(BaseSettings @base, ServerName server, bool onlySpare, Action<string> onLog, Action<double> onProgress, CancellationToken cancel) =>
        program.Run(Call("copy", TimeSpan.FromMinutes(limits.DatabaseMinutes), ("base", @base.Name.Text), ("server", server.Text), ("owner", @base.Owner), ("only_spare", onlySpare ? "true" : "false"))
            with { OnLog = onLog, OnProgress = onProgress }, cancel);

    /// <summary>Makes spares up to the number of the settings, and drops what copies left behind.</summary>
    public Task<HostEnd> Prepare(BaseSettings @base, CancellationToken cancel) =>
        program.Run(Call("prepare", TimeSpan.FromMinutes(limits.DatabaseMinutes), ("base", @base.Name.Text), ("owner", @base.Owner), ("spares", $"{@base.Spares}")), cancel);

    /// <summary>Drops drafts, old databases and dead spares that a crash left behind.</summary>
    /// <param name="servers">When given, the copies of all other servers are dropped, too.</param>
    public Task<HostEnd> Sweep(IEnumerable<BaseName> bases, IReadOnlyList<ServerName>? servers, Action<string> onLog, CancellationToken cancel)
    {
        (string, string)[] values = [("bases", string.Join(' ', bases)), .. servers is { Count: > 0 } ? [("servers", string.Join(' ', servers))] : Array.Empty<(string, string)>()];
        return program.Run(Call("sweep", TimeSpan.FromMinutes(10), values) with { OnLog = onLog }, cancel);
    }

    /// <summary>Refreshes a base from its dump; until its last step yesterday's base stays in use.</summary>
    public Task<HostEnd> Restore(BaseSettings @base, Action<string> onLog, Action<double> onProgress, Action<string> onStep, CancellationToken cancel)
    {
        var call = Call("restore", TimeSpan.FromHours(limits.RestoreHours), ("base", @base.Name.Text), ("owner", @base.Owner), ("dump", @base.Dump), ("jobs", $"{@base.Jobs}"));
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        if (@base.Check is { } check) files["check.sql"] = check;
        if (@base.Sanitize is { } sanitize) files["sanitize.sql"] = sanitize;
        return program.Run(call with { Files = files, OnLog = onLog, OnProgress = onProgress, OnStep = onStep }, cancel);
    }

    /// <summary>A whole number that the host reported, or null.</summary>
    public static long? Number(IReadOnlyDictionary<string, string> results, string key) =>
        long.TryParse(results.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A number of seconds that the host reported, or null.</summary>
    public static double? Seconds(IReadOnlyDictionary<string, string> results, string key) =>
        double.TryParse(results.GetValueOrDefault(key), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>An instant that the host reported, or null.</summary>
    public static DateTimeOffset? Instant(IReadOnlyDictionary<string, string> results, string key) =>
        DateTimeOffset.TryParse(results.GetValueOrDefault(key), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    /// <summary>How a copy was made, from the closed list of ways.</summary>
    public static string? Method(IReadOnlyDictionary<string, string> results, string key) =>
        results.GetValueOrDefault(key) is "spare" or "clone" or "file_copy" or "wal_log" ? results[key] : null;

    private static BaseStatus StatusOf(IReadOnlyDictionary<string, string> results, BaseName name) =>
        new(Number(results, $"base.{name}.size"), Instant(results, $"base.{name}.data_time"), (int)(Number(results, $"base.{name}.spares") ?? 0), Method(results, $"base.{name}.method"));

    private HostCall Call(string verb, TimeSpan limit, params (string Key, string Text)[] values) =>
        new(_transport, "database-host", verb, values.ToDictionary(v => v.Key, v => v.Text, StringComparer.Ordinal), limit);
}
