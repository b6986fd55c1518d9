using System.Collections.Immutable;

namespace TestServers.Tests.Unit.Builds;

/// <summary>A database from a trimmed base is there sooner than one from the full base, and so it is told.</summary>
public sealed class UsualTimesTest
{
    private const string Apps = """
        "guests": {
          "ssh": { "user": "nobody", "port": 9, "key": "/dev/null", "knownHosts": "/dev/null", "connectSeconds": 1 } },
        "apps": [
          { "name": "plain", "repository": { "kind": "git", "url": "https://127.71.9.1/plain" },
            "templates": "templates", "defaultPath": "main" } ]
        """;
    private static readonly string[] Servers = ["qa01", "qa02", "qa03", "qa04", "qa05", "qa06", "qa07", "qa08", "qa09"];

    [Fact]
    public async Task The_last_from_the_same_bases_count_and_where_there_are_none_or_none_are_named_the_last_of_all()
    {
        await using var parts = new PartsInPlace(
            Servers.Select(s => (s, 1)),
            new Dictionary<string, string>(StringComparer.Ordinal),
            Apps
        );
        await parts.Begin();
        var usual = parts.The<UsualTimes>();
        foreach (var (at, server) in Servers.Index())
        {
            var build = await parts
                .The<BuildQueue>()
                .Enqueue(
                    ServerName.From(server)!,
                    new(AppName.From("plain")!, null, null, false, true),
                    null,
                    PartsInPlace.DeedOf("anna")
                );
            Assert.Equal(at == 0, usual.Of(build) is null);
            var (bases, seconds) = at % 3 == 0 ? (Of("full"), 90) : (Of("small"), 10 + at);
            parts
                .The<JobStore<Build>>()
                .Show(
                    build.Id,
                    b =>
                        b with
                        {
                            Bases = bases,
                            State = JobState.Succeeded,
                            StartedAt = b.At,
                            EndedAt = b.At.AddSeconds(seconds),
                            Seconds = seconds,
                        }
                );
        }
        var one = parts.The<JobStore<Build>>().Find(JobId.Of(1))!;
        Assert.Equal(90, Usual(Of("full")));
        Assert.Equal(15, Usual(Of("small")));
        Assert.Equal(90, Usual(Only("default", "full")));
        Assert.Equal(17, Usual(null));
        Assert.Equal(17, Usual(Of("another")));

        double? Usual(ImmutableSortedDictionary<DatabaseName, BaseName>? bases) =>
            usual.Of(one with { Bases = bases })?.TotalSeconds;
    }

    private static ImmutableSortedDictionary<DatabaseName, BaseName> Of(string name) =>
        Only("default", name).Add(DatabaseName.From("reports")!, BaseName.From("reports")!);

    private static ImmutableSortedDictionary<DatabaseName, BaseName> Only(string database, string name) =>
        ImmutableSortedDictionary<DatabaseName, BaseName>.Empty.Add(DatabaseName.From(database)!, BaseName.From(name)!);
}
