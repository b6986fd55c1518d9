using TestServers.Databases;
using TestServers.History;

namespace TestServers.Tests.Unit.Storage;

/// <summary>
/// A state that a console has left which did not know today's versions: a build, three restores and a reservation on a
/// lab. All of it is there, the files stay as they are until something in them changes, and are kept then.
/// </summary>
public sealed class StateOfBeforeTest : IDisposable
{
    private static readonly string Left = Sources.Of("tests/Console.Tests/Stage/state");
    private readonly TemporaryFolder _folder = new();

    public StateOfBeforeTest()
    {
        foreach (var file in Directory.EnumerateFiles(Left, "*", SearchOption.AllDirectories))
        {
            var copy = In(Path.GetRelativePath(Left, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        // Git keeps no folder without files.
        Directory.CreateDirectory(In("keys"));
    }

    // One of each kind.
    private static readonly string[] Names =
    [
        "state.json",
        "reservations.json",
        "bases.json",
        "places.json",
        "numbers.json",
        "sessions.json",
        "people.json",
        "builds/3.json",
        "restores/4.json",
        "history/qa01.json",
    ];

    public static TheoryData<string> Kinds() => [.. Names];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_of_it_is_there_and_what_does_not_change_is_not_written()
    {
        using (var state = Load(out var services))
        {
            Assert.Equal("11cb080d515a", state.Id);
            Assert.Equal(JobState.Succeeded, The<JobStore<Build>>(services).Find(JobId.Of(3))!.State);
            Assert.Equal(3, The<JobStore<Restore>>(services).All.Count());
            Assert.Single(The<HistoryStore>(services).Of(ServerName.From("qa01")!).Entries);
            var held = The<JsonFile<ReservationsState>>(services).Value;
            Assert.Equal(("anna", 3), (held.Held["qa03"].Holder, held.Next));
            Assert.Empty(held.Held["qa03"].SharedWith);
            Assert.Empty(held.Line);
            Assert.Empty(held.Turns);
            Assert.Empty(The<JsonFile<ServiceState>>(services).Value.Out);
            var people = The<JsonFile<PeopleState>>(services).Value;
            Assert.Equal("release", people.Groups["anna"].Single());
            Assert.Empty(people.Addresses);
            Assert.True(The<JsonFile<BasesState>>(services).Value.Bases["shop"].Exists);
        }
        Assert.Equal(File.ReadAllText(Path.Combine(Left, "state.json")), File.ReadAllText(Kept("state.json")));
        foreach (var kind in Names.Where(n => n != "state.json"))
            Assert.Equal(File.ReadAllText(Path.Combine(Left, kind)), File.ReadAllText(In(kind)));
    }

    [Fact]
    public void What_changes_is_kept_as_it_was_and_the_next_start_reads_the_new_one()
    {
        using (Load(out var services))
        {
            The<JsonFile<BasesState>>(services).Change(s => s with { Copies = s.Copies.Add("db1/copy", Copy()) });
            The<JsonFile<SessionKey>>(services).Change(key => key.WithEnded("anna", 1));
            The<JsonFile<ReservationsState>>(services).Change(s => s.WithPlace(Place()));
        }
        Assert.Equal(
            File.ReadAllText(Path.Combine(Left, "reservations.json")),
            File.ReadAllText(JsonFile<ReservationsState>.FormerOf(In("reservations.json"), 1))
        );
        foreach (var name in (string[])["bases.json", "sessions.json"])
            Assert.Equal(File.ReadAllText(Path.Combine(Left, name)), File.ReadAllText(Kept(name)));
        using (Load(out var services))
        {
            Assert.True(The<JsonFile<BasesState>>(services).Value.Copies.ContainsKey("db1/copy"));
            Assert.Equal(1, The<JsonFile<SessionKey>>(services).Value.Ended["anna"]);
            Assert.Equal("ben", The<JsonFile<ReservationsState>>(services).Value.Line.Single().Person);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_that_a_newer_console_has_written_stops_the_start_with_its_name(string name)
    {
        var file = JsonNode.Parse(File.ReadAllText(In(name)))!.AsObject();
        file["version"] = 99;
        File.WriteAllText(In(name), file.ToJsonString());
        var refusal = Assert.Throws<NewerFile>(() => Load(out _));
        Assert.Contains($"{In(name)} has version 99", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Install the newer console again", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(file.ToJsonString(), File.ReadAllText(In(name)));
    }

    private static LinePlace Place() =>
        new(0, "ben", null, null, null, "a test", 4, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private static CopyFacts Copy() => new("kvm1", "test:///default");

    private static T The<T>(IServiceCollection services) =>
        (T)services.First(s => s.ServiceType == typeof(T)).ImplementationInstance!;

    private StateFolder Load(out IServiceCollection services)
    {
        File.WriteAllText(
            _folder["console.json"],
            """{ "listen": { "loopback": 1 }, "state": "state", "runtime": "run" }"""
        );
        services = new ServiceCollection();
        Startup.AddParts(services, SiteTrial.Load(_folder["console.json"]));
        return The<StateFolder>(services);
    }

    private string In(string name) => Path.Combine(_folder["state"], name);

    private string Kept(string name) => JsonFile<BasesState>.FormerOf(In(name), 2);
}
