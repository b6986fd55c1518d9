using TestServers.Databases;
using TestServers.History;

namespace TestServers.Tests.Unit.Builds;

/// <summary>
/// States of which a file is missing, foreign or impossible: each stops the start, names the file, and what it advises
/// to do helps.
/// </summary>
public sealed class LeftBehindStateTest : IDisposable
{
    private static readonly DateTimeOffset Then = DateTimeOffset.Parse(
        "2026-03-01T12:00:00Z",
        System.Globalization.CultureInfo.InvariantCulture
    );
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string, string> Wrong()
    {
        const string Version1 = "\"version\": 1";
        return new()
        {
            // What is missing.
            {
                "a file of the state",
                "rm reservations.json*",
                "reservations.json",
                "echo '{\"version\": 1, \"next\": 9, \"held\": {}}' > reservations.json"
            },
            {
                "a file beside the copy before it",
                "rm bases.json; echo '{\"version\": 1, \"bases\": {}}' > bases.json.last",
                "bases.json.last",
                "mv bases.json.last bases.json"
            },
            { "a folder", "mv restores ..", "restores", "mv ../restores ." },
            {
                "a history beside the copy before it",
                "mv history/qa01.json history/qa01.json.last",
                "history/qa01.json.last",
                "mv history/qa01.json.last history/qa01.json"
            },
            {
                "a server out of service without a word why",
                """
                    jq '.next = 2 | .out.qa01 = { server: "qa01", number: 1, note: "", by: "carla",
                      since: "2026-03-01T12:00:00Z", until: null }' service.json > x; mv x service.json
                    """,
                "service.json",
                "jq '.out = {}' service.json > x; mv x service.json"
            },
            {
                "a build beside the copy before it",
                "mv builds/2.json builds/2.json.last",
                "builds/2.json.last",
                "mv builds/2.json.last builds/2.json"
            },
            {
                "a build beside its log",
                "mv builds/3.json ..; echo x > builds/3.log",
                "builds/3.log",
                "rm builds/3.log"
            },
            {
                "a restore beside its log",
                "rm restores/4.json; echo x > restores/4.log",
                "restores/4.log",
                "rm restores/4.log"
            },
            {
                "a build that a history names",
                "rm builds/1.json",
                "builds/1.json",
                $$"""jq '.entries |= map(select(.build != "1"))' history/qa01.json > x; mv x history/qa01.json"""
            },
            {
                "all builds",
                "rm builds/*",
                "history/qa01.json",
                "jq '.entries = []' history/qa01.json > x; mv x history/qa01.json"
            },
            {
                "a history",
                "rm history/qa01.json",
                "history/qa01.json",
                $$$"""echo '{{{{Version1}}}, "server": "qa01", "configuration": null, "entries": [], """
                    + """ "copies": {}, "code": {}}' > history/qa01.json"""
            },
            {
                "what a file links to",
                "rm builds/3.json; ln -s nowhere builds/3.json",
                "builds/3.json",
                "rm builds/3.json"
            },
            // What is another's.
            { "a build under another number", "cp builds/1.json builds/9.json", "builds/9.json", "rm builds/9.json" },
            { "a build under no number", "cp builds/1.json builds/foo.json", "builds/foo.json", "rm builds/foo.json" },
            {
                "a build under a number with a nought before it",
                "cp builds/1.json builds/01.json",
                "builds/01.json",
                "rm builds/01.json"
            },
            {
                "a build with another's content",
                "cp builds/1.json builds/2.json",
                "builds/2.json",
                "rm builds/2.json; jq '.entries |= map(select(.build != \"2\"))' history/qa01.json > x; mv x "
                    + "history/qa01.json"
            },
            {
                "a history of another server",
                "cp history/qa01.json history/qa02.json",
                "history/qa02.json",
                "rm history/qa02.json"
            },
            {
                "a history that was renamed",
                "mv history/qa01.json history/QA01.json",
                "history/QA01.json",
                "mv history/QA01.json history/qa01.json"
            },
            {
                "a history under no server's name",
                "cp history/qa01.json 'history/a b.json'",
                "history/a b.json",
                "rm 'history/a b.json'"
            },
            { "a restore among the builds", "cp restores/4.json builds/4.json", "builds/4.json", "rm builds/4.json" },
            {
                "a build and a restore of one number",
                "jq '.id = \"4\"' builds/3.json > builds/4.json",
                "restores/4.json",
                "rm builds/4.json"
            },
            {
                "a build of another server in a history",
                "jq '.server = \"qa02\"' builds/1.json > x; mv x builds/1.json",
                "builds/1.json",
                "jq '.server = \"qa01\"' builds/1.json > x; mv x builds/1.json"
            },
            {
                "a reservation under another server",
                "jq '.held.qa07 = .held.qa01' reservations.json > x; mv x reservations.json",
                "reservations.json",
                "jq 'del(.held.qa07)' reservations.json > x; mv x reservations.json"
            },
            // What cannot be.
            {
                "a next that is held",
                "jq '.next = 5' reservations.json > x; mv x reservations.json",
                "`next` is 5",
                "jq '.next = 6' reservations.json > x; mv x reservations.json"
            },
            {
                "a next of nought",
                "jq '.next = 0 | .held = {}' reservations.json > x; mv x reservations.json",
                "`next` is 0",
                "jq '.next = 6' reservations.json > x; mv x reservations.json"
            },
            {
                "a next below nought",
                "jq '.next = -3' reservations.json > x; mv x reservations.json",
                "`next` is -3",
                "jq '.next = 6' reservations.json > x; mv x reservations.json"
            },
            {
                "a number below one",
                "jq '.held.qa01.number = 0' reservations.json > x; mv x reservations.json",
                "number 0",
                "jq '.held = {}' reservations.json > x; mv x reservations.json"
            },
            {
                "a number held twice",
                "jq '.held.qa02 = (.held.qa01 | .server = \"qa02\")' reservations.json > x; mv x reservations.json",
                "hold one number, 5",
                "jq 'del(.held.qa02)' reservations.json > x; mv x reservations.json"
            },
            {
                "a reservation of null",
                "jq '.held.qa02 = null' reservations.json > x; mv x reservations.json",
                "reservation of `qa02` is null",
                "jq 'del(.held.qa02)' reservations.json > x; mv x reservations.json"
            },
            {
                "a place above the next",
                "jq '.line[0].number = 9' reservations.json > x; mv x reservations.json",
                "place 9",
                "jq '.line[0].number = 1' reservations.json > x; mv x reservations.json"
            },
            {
                "a place of null",
                "jq '.line = [null]' reservations.json > x; mv x reservations.json",
                "one of `line` is null",
                "jq '.line = [] | .turns = {}' reservations.json > x; mv x reservations.json"
            },
            {
                "a turn of somebody who does not wait",
                "jq '.line = []' reservations.json > x; mv x reservations.json",
                "held for ben",
                "jq '.turns = {}' reservations.json > x; mv x reservations.json"
            },
            {
                "a line out of order",
                "jq '.line += [.line[0]]' reservations.json > x; mv x reservations.json",
                "place 1 stands behind place 1",
                "jq '.line |= unique' reservations.json > x; mv x reservations.json"
            },
            {
                "what is to be told",
                "rm concerns.json*",
                "concerns.json",
                "echo '{\"version\": 1, \"next\": 1, \"pending\": []}' > concerns.json"
            },
            {
                "something to be told above the next",
                "jq '.next = 1' concerns.json > x; mv x concerns.json",
                "`next` is 1",
                "jq '.next = 2' concerns.json > x; mv x concerns.json"
            },
            { "the past reservations", "mv reservations ..", "reservations", "mv ../reservations ." },
            {
                "past reservations of another server",
                "cp reservations/qa01.json reservations/qa02.json",
                "reservations/qa02.json",
                "rm reservations/qa02.json"
            },
            {
                "a past reservation of null",
                "jq '.ended += [null]' reservations/qa01.json > x; mv x reservations/qa01.json",
                "reservations/qa01.json",
                "jq '.ended |= map(select(.))' reservations/qa01.json > x; mv x reservations/qa01.json"
            },
            {
                "a past reservation twice",
                "jq '.ended += .ended' reservations/qa01.json > x; mv x reservations/qa01.json",
                "reservation 4 twice",
                "jq '.ended |= unique' reservations/qa01.json > x; mv x reservations/qa01.json"
            },
            {
                "a next that a past reservation had",
                "jq '.next = 4 | .held = {}' reservations.json > x; mv x reservations.json",
                "reservation 4, which has ended",
                "jq '.next = 5' reservations.json > x; mv x reservations.json"
            },
            {
                "facts of null",
                "jq '.bases.shop = null' bases.json > x; mv x bases.json",
                "bases.json",
                "jq '.bases = {}' bases.json > x; mv x bases.json"
            },
            {
                "an end that has no time",
                "jq '.endedAt = null' builds/2.json > x; mv x builds/2.json",
                "builds/2.json",
                "jq '.endedAt = .at' builds/2.json > x; mv x builds/2.json"
            },
            {
                "a build that waits and has ended",
                "jq '.state = \"queued\"' builds/2.json > x; mv x builds/2.json",
                "builds/2.json",
                "jq '.state = \"failed\"' builds/2.json > x; mv x builds/2.json"
            },
            {
                "a build that runs and has not begun",
                "jq '.state = \"running\"' builds/3.json > x; mv x builds/3.json",
                "builds/3.json",
                "jq '.state = \"queued\"' builds/3.json > x; mv x builds/3.json"
            },
            {
                "a step of null",
                "jq '.steps = [null]' builds/3.json > x; mv x builds/3.json",
                "builds/3.json",
                "jq '.steps = []' builds/3.json > x; mv x builds/3.json"
            },
            {
                "an entry of null",
                "jq '.entries += [null]' history/qa01.json > x; mv x history/qa01.json",
                "history/qa01.json",
                "jq '.entries |= map(select(.))' history/qa01.json > x; mv x history/qa01.json"
            },
            {
                "two entries of one build",
                "jq '.entries += .entries' history/qa01.json > x; mv x history/qa01.json",
                "history/qa01.json",
                "jq '.entries |= unique' history/qa01.json > x; mv x history/qa01.json"
            },
            {
                "a configuration of null beside the other",
                "jq '.beside = {\"shop\": null}' history/qa01.json > x; mv x history/qa01.json",
                "the configuration of shop is null",
                "jq 'del(.beside)' history/qa01.json > x; mv x history/qa01.json"
            },
            { "a folder in a build's place", "mkdir builds/8.json", "builds/8.json", "rmdir builds/8.json" },
            { "a pipe in a history's place", "mkfifo history/qa08.json", "history/qa08.json", "rm history/qa08.json" },
            {
                "a number that was given",
                "jq '.next = 4' numbers.json > x; mv x numbers.json",
                "numbers.json",
                "jq '.next = 5' numbers.json > x; mv x numbers.json"
            },
            {
                "which host has which server",
                "rm places.json*",
                "places.json",
                "echo '{\"version\": 1, \"places\": {}}' > places.json"
            },
            {
                "the numbers",
                "rm numbers.json*",
                "numbers.json",
                "echo '{\"version\": 1, \"next\": 5}' > numbers.json"
            },
            {
                "an id that is no id",
                "jq '.id = \"../x\"' state.json > x; mv x state.json",
                "state.json",
                "jq '.id = \"0123456789ab\"' state.json > x; mv x state.json"
            },
        };
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_file_that_is_missing_foreign_or_impossible_stops_the_start_and_the_advice_helps(
        string what,
        string breaks,
        string said,
        string mends
    )
    {
        Make(_folder["broken/state"]);
        Shell.Run(breaks, _folder["broken/state"]);
        Shell.Run("cp -a broken mended", _folder.Path);
        var before = Shell.Listing(_folder["broken/state"]);
        var message = Assert.ThrowsAny<UnreadableFile>(() => Load(_folder["broken/state"])).Message;
        Assert.True(
            message.Contains(said, StringComparison.Ordinal)
                && message.Contains(_folder["broken/state"], StringComparison.Ordinal),
            $"{what}: {message}"
        );
        Assert.Equal(before, Shell.Listing(_folder["broken/state"]));
        Shell.Run(mends, _folder["mended/state"]);
        Load(_folder["mended/state"]);
    }

    [Fact]
    public void Large_files_beside_the_state_delay_no_start()
    {
        Make(_folder["state"]);
        Shell.Run(
            "truncate -s 1G audit.log builds/1.log restores/4.log reservations.json.last; truncate -s 1G "
                + "builds/2.json.last",
            _folder["state"]
        );
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Load(_folder["state"]);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    private void Load(string state)
    {
        File.WriteAllText(
            _folder["console.json"],
            $$"""{ "listen": { "loopback": 1 }, "state": "{{state}}", "runtime": "run" }"""
        );
        var services = new ServiceCollection();
        Startup.AddParts(services, SiteTrial.Load(_folder["console.json"]));
        ((StateFolder)services.First(s => s.ServiceType == typeof(StateFolder)).ImplementationInstance!).Dispose();
    }

    // Two builds of the history, one that waits, a restore; the fifth hold, the one before it, and somebody's turn.
    private void Make(string folder)
    {
        Load(folder);
        var qa01 = ServerName.From("qa01")!;
        var qa02 = ServerName.From("qa02")!;
        var held = new Reservation(qa01, 5, "anna", "x", Then, Then.AddHours(4));
        Write(
            Path.Combine(folder, "reservations.json"),
            ReservationsState.Empty with
            {
                Next = 6,
                Held = ReservationsState.Empty.Held.Add("qa01", held),
                Line = [new(1, "ben", qa02, null, null, "y", 4, Then, Then.AddHours(4))],
                NextPlace = 2,
                Turns = ReservationsState.Empty.Turns.Add("qa02", new(qa02, 1, "ben", Then, Then.AddMinutes(10))),
            }
        );
        var past = new PastReservation(held with { Number = 4 }, Then, ReservationEnd.Released, "anna");
        Write(
            Path.Combine(folder, "reservations", "qa01.json"),
            ServerReservations.Empty(qa01) with
            {
                Ended = [past],
            }
        );
        Write(
            Path.Combine(folder, "concerns.json"),
            ConcernsState.Empty with
            {
                Next = 2,
                Pending = [new(1, ConcernKind.YourTurn, "ben", qa02, Then)],
            }
        );
        Write(Path.Combine(folder, "numbers.json"), new NumbersState(1, 5));
        var build = new Build(qa01, AppName.From("shop")!, RepositoryPath.From("trunk")!, null, true, true)
        {
            Id = JobId.Of(3),
            By = "anna",
            At = Then,
        };
        var ended = build with { State = JobState.Failed, StartedAt = Then, EndedAt = Then.AddMinutes(1) };
        var (first, second) = (ended with { Id = JobId.Of(1) }, ended with { Id = JobId.Of(2) });
        foreach (var file in (Build[])[first, second, build])
            Write(Path.Combine(folder, "builds", file.Id + ".json"), file);
        var restore = new Restore(BaseName.From("shop")!)
        {
            Id = JobId.Of(4),
            By = "cron",
            At = Then,
            State = JobState.Failed,
            EndedAt = Then,
        };
        Write(Path.Combine(folder, "restores", "4.json"), restore);
        var history = new HistoryStore(Path.Combine(folder, "history"), () => 50);
        history.Add(first.ForHistory(null, history.Of(qa01))!);
        history.Add(second.ForHistory(null, history.Of(qa01))!);
        File.Delete(Path.Combine(folder, "history", "qa01.json.last"));
    }

    private static void Write<T>(string path, T value) =>
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(value, Json.File));
}
