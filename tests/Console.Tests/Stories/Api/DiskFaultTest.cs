using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace TestServers.Tests.Stories.Api;

/// <summary>
/// The real program while the kernel refuses calls on one file after the other: every second open, write, fsync, rename
/// and close of each file that a write touches. What is refused has not been done, in memory and on disk, also after
/// kill -9; what is done is in the audit.
/// </summary>
public sealed class DiskFaultTest
{
    private const int Rounds = 6,
        Many = 12;
    private static readonly (string Call, string Error)[] Faults =
    [
        ("openat", "EMFILE"),
        ("write", "ENOSPC"),
        ("fsync", "EIO"),
        ("rename", "EIO"),
        ("close", "EIO"),
    ];

    [Theory]
    [InlineData("reservations.json.draft")]
    [InlineData("reservations.json")]
    [InlineData("reservations/qa02.json.draft")]
    [InlineData("reservations/")]
    [InlineData("journal.log")]
    [InlineData("audit.log")]
    [InlineData("numbers.json.draft")]
    [InlineData("builds/{build}.json.draft")]
    [InlineData("keys/{key}.json.draft")]
    [InlineData("concerns.json.draft")]
    [InlineData("messages/55579b557896d0ce1764c47fed644f9b.json.draft")]
    [InlineData("keys/")]
    [InlineData("")]
    public async Task What_the_disk_refuses_is_not_done_and_what_is_done_is_in_the_audit(string file)
    {
        await using var own = new ConsoleWithApp("""{ "perPerson": 1000, "waiting": 5000 }""");
        await own.Console.StartWithServers();
        await own.Console.Http.Put("api/servers/qa01/reservation", new { purpose = "builds", hours = 9 });
        var deeds = new Deeds(own.Console);
        foreach (var (call, error) in Faults)
        {
            using var strace = await Inject(
                own.Console,
                call,
                error,
                Files(Path.Combine(own.Console.Folder, "state"), file, deeds)
            );
            for (var round = 0; round < Rounds; round++)
                await deeds.Round();
            strace.Kill();
            await strace.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        await Wait.Until(
            "the console is well again by itself",
            async () => (await own.Console.Http.GetAsync("healthz")).IsSuccessStatusCode,
            10
        );
        await deeds.AreAsTheyWereAnswered();
        await own.Console.Kill();
        await own.Console.StartWithServers();
        await deeds.AreAsTheyWereAnswered();
        Assert.True(deeds.Done > 0, "Nothing at all was done.");
        Assert.Empty(
            Directory.GetFiles(Path.Combine(own.Console.Folder, "state"), "*.draft", SearchOption.AllDirectories)
        );
    }

    [Theory]
    [InlineData("reservations.json.draft")]
    [InlineData("journal.log")]
    [InlineData("audit.log")]
    [InlineData("builds/{build}.json.draft")]
    [InlineData("")]
    public async Task So_it_is_when_many_write_at_once(string file)
    {
        await using var own = new ConsoleWithApp("""{ "perPerson": 1000, "waiting": 5000 }""");
        own.Console.WriteDomains([.. Enumerable.Range(1, Many).Select(n => ($"qa{n:00}", 1))]);
        await own.Console.StartWithServers();
        await using var crowd = new Crowd(own.Console);
        foreach (var (call, error) in Faults)
        {
            var state = Path.Combine(own.Console.Folder, "state");
            using var strace = await Inject(
                own.Console,
                call,
                error,
                file.Contains("{build}", StringComparison.Ordinal)
                    ? Enumerable
                        .Range(1, 800)
                        .Where(n => n % 3 == 0)
                        .Select(n => Path.Combine(state, file.Replace("{build}", $"{n}", StringComparison.Ordinal)))
                    : [Path.Combine(state, file).TrimEnd('/')]
            );
            for (var round = 0; round < Rounds; round++)
                await crowd.Round();
            strace.Kill();
            await strace.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        await crowd.AreAsTheyWereAnswered();
        await own.Console.Kill();
        await own.Console.StartWithServers();
        await crowd.AreAsTheyWereAnswered();
        Assert.True(crowd.Done > 0 && crowd.Refused > 0, $"{crowd.Done} done, {crowd.Refused} refused");
    }

    [Fact]
    public async Task Trouble_is_told_by_its_file_and_its_end_is_noticed_without_a_write()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        var audit = Path.Combine(own.Console.Folder, "state", "audit.log");
        File.Delete(audit);
        Directory.CreateDirectory(audit);
        foreach (
            var answer in new[]
            {
                await own.Console.Http.Put("api/servers/qa02/reservation", new { purpose = "x", hours = 1 }),
                await own.Console.Http.Post(
                    "api/servers/qa01/builds",
                    Body.ForBuild("shop", null, database: false, code: true)
                ),
            }
        )
            Assert.Contains(audit, await answer.Problem(HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        Assert.Empty((await own.Console.Http.Json("api/builds")).GetProperty("builds").EnumerateArray());
        Assert.Null((await own.Console.Http.Json("api/servers/qa01")).Text("reservation"));
        Assert.Null((await own.Console.Http.Json("api/servers/qa02")).Text("reservation"));
        Assert.Contains(
            audit,
            await own
                .Console.Http.GetAsync("healthz")
                .ContinueWith(t => t.Result.Content.ReadAsStringAsync(), TaskScheduler.Default)
                .Unwrap(),
            StringComparison.Ordinal
        );
        Directory.Delete(audit);
        Assert.Equal(HttpStatusCode.OK, (await own.Console.Http.GetAsync("healthz")).StatusCode);
        await Wait.Until(
            "begin and end are in the log",
            () =>
                own.Console.Log.Contains($"The disk refused to open {audit}", StringComparison.Ordinal)
                && own.Console.Log.Contains($"The disk takes {audit} again", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_build_whose_begin_or_end_the_disk_refuses_waits_or_runs_until_the_disk_takes_it()
    {
        await using var own = new ConsoleWithApp();
        await own.Console.StartWithServers();
        var http = own.Console.Http;
        await http.Put("api/servers/qa01/reservation", new { purpose = "builds", hours = 9 });
        // On qa01 a build takes 5 s.
        for (var n = 0; n < 2; n++)
            await http.Post("api/servers/qa01/builds", Body.ForBuild("shop", null, database: false, code: true));
        string Draft(int build) => Path.Combine(own.Console.Folder, "state", "builds", $"{build}.json.draft");
        async Task<string?> State(int build) => (await http.Json($"api/builds/{build}")).Text("state");
        await Wait.Until("the first runs", async () => await State(1) == "running");
        Directory.CreateDirectory(Draft(1));
        Directory.CreateDirectory(Draft(2));
        await Wait.Until(
            "its end was refused",
            () => own.Console.Log.Contains("its end cannot be written yet", StringComparison.Ordinal)
        );
        Assert.Equal(("running", "queued"), (await State(1), await State(2)));
        Directory.Delete(Draft(1));
        await Wait.Until("it has ended", async () => await State(1) == "failed");
        await Wait.Until(
            "the begin of the second was refused",
            () => own.Console.Log.Contains("cannot begin, or end", StringComparison.Ordinal)
        );
        Assert.Equal("queued", await State(2));
        Directory.Delete(Draft(2));
        await Wait.Until("it has run to its end", async () => await State(2) == "failed");
        await own.Console.Kill();
        await own.Console.StartWithServers();
        Assert.Equal(("failed", "failed"), (await State(1), await State(2)));
    }

    private static IEnumerable<string> Files(string state, string file, Deeds deeds)
    {
        if (file.Contains("{build}", StringComparison.Ordinal))
            return Enumerable
                .Range(1, 80)
                .Select(n => Path.Combine(state, file.Replace("{build}", $"{n}", StringComparison.Ordinal)));
        if (file.Contains("{key}", StringComparison.Ordinal))
            return deeds
                .NextKeys(Rounds)
                .Select(k => Path.Combine(state, file.Replace("{key}", k, StringComparison.Ordinal)));
        return [Path.Combine(state, file).TrimEnd('/')];
    }

    private static Task<Process> Inject(ConsoleProcess console, string call, string error, IEnumerable<string> files) =>
        Strace.Attach(
            console,
            [
                "-e",
                $"trace={call}",
                "-e",
                $"inject={call}:error={error}:when=1+2",
                .. files.SelectMany(f => new[] { "-P", f }),
                "-o",
                "/dev/null",
            ]
        );

    /// <summary>Writes of every kind, and what they should have left.</summary>
    private sealed class Deeds(ConsoleProcess console)
    {
        private const string Held = "api/servers/qa01/reservation",
            Line = "api/servers/qa01/line";
        private readonly List<string> _done = ["builds"],
            _refused = [];
        private readonly List<string> _builds = [];
        private readonly HttpClient _ben = console.ClientFor("ben");
        private string? _purpose,
            _answer;
        private bool _waits;
        private int _count;

        public int Done => _done.Count - 1;

        public IEnumerable<string> NextKeys(int rounds) =>
            Enumerable
                .Range(_count, rounds * 4 + 4)
                .Select(n =>
                    Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"User anna\nk{n}")))[..32]
                );

        public async Task Round()
        {
            var purpose = $"purpose-{++_count}.";
            if (await Try(HttpMethod.Put, "api/servers/qa02/reservation", new { purpose, hours = 1 }, purpose))
                _purpose = purpose;
            await Look();
            var path = $"branches/b-{++_count}.x";
            if (
                await Try(
                    HttpMethod.Post,
                    "api/servers/qa01/builds",
                    new
                    {
                        app = "shop",
                        path,
                        database = false,
                        code = true,
                    },
                    path
                )
            )
                _builds.Add(path);
            await Look();
            _count++;
            if (await TryAs(_ben, HttpMethod.Post, Line, new { purpose = "waits" }))
                _waits = true;
            await Look();
            if (await TryAs(_ben, HttpMethod.Post, $"{Held}/ask", new { text = "asks" }))
                _answer = "none";
            await Look();
            if (
                _answer == "none"
                && await TryAs(console.Http, HttpMethod.Post, $"{Held}/answer", new { answer = "keep" })
            )
                _answer = "keep";
            await Look();
            if (await TryAs(_ben, HttpMethod.Delete, Line, null))
                _waits = false;
            await Look();
            if (++_count % 2 == 0 && await Try(HttpMethod.Delete, "api/servers/qa02/reservation", null, null))
                _purpose = null;
            await Look();
        }

        public async Task AreAsTheyWereAnswered()
        {
            await Look();
            var audit = await File.ReadAllTextAsync(Path.Combine(console.Folder, "state", "audit.log"));
            Assert.All(_done, d => Assert.Equal(1, Count(audit, d)));
            Assert.All(_refused, r => Assert.Equal(0, Count(audit, r)));
        }

        private static async Task<bool> TryAs(HttpClient who, HttpMethod method, string at, object? body)
        {
            using var ask = new HttpRequestMessage(method, at);
            if (body is not null)
                ask.Content = JsonContent.Create(body);
            using var answer = await who.SendAsync(ask);
            Assert.True(
                answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.ServiceUnavailable,
                $"{method} {at}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
            );
            return answer.IsSuccessStatusCode;
        }

        private async Task<bool> Try(HttpMethod method, string at, object? body, string? mark)
        {
            using var ask = new HttpRequestMessage(method, at);
            if (body is not null)
                ask.Content = JsonContent.Create(body);
            ask.Headers.Add("Idempotency-Key", $"k{_count}");
            using var answer = await console.Http.SendAsync(ask);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(
                answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.ServiceUnavailable,
                $"{method} {at}: {answer.StatusCode} {text}"
            );
            if (mark is not null)
                (answer.IsSuccessStatusCode ? _done : _refused).Add(mark);
            return answer.IsSuccessStatusCode;
        }

        private async Task Look()
        {
            var held = (await console.Http.Json("api/servers/qa02")).GetProperty("reservation");
            Assert.Equal(_purpose, held.ValueKind == JsonValueKind.Null ? null : held.Text("purpose"));
            var other = await console.Http.Json("api/servers/qa01");
            Assert.Equal(_waits, other.GetProperty("line").ValueKind != JsonValueKind.Null);
            var asked = other.GetProperty("reservation").GetProperty("asked").EnumerateArray().ToList();
            Assert.Equal(_answer, asked.Count == 0 ? null : asked[0].Text("answer") ?? "none");
            Assert.Equal(
                _builds.Order(),
                (await console.Http.Json("api/builds"))
                    .GetProperty("builds")
                    .EnumerateArray()
                    .Select(b => b.Text("path")!)
                    .Order()
            );
        }

        private static int Count(string text, string part) =>
            text.Split('\n')
                .Count(l =>
                    l.Contains(part, StringComparison.Ordinal)
                    && l.Contains("\"what\":\"", StringComparison.Ordinal)
                    && !l.Contains("cancel", StringComparison.Ordinal)
                );
    }

    /// <summary>People who write at the same moment, each on a server of their own, and what each was
    /// answered.</summary>
    private sealed class Crowd(ConsoleProcess console) : IAsyncDisposable
    {
        private readonly HttpClient[] _people = [.. Enumerable.Range(1, Many).Select(n => console.ClientFor($"p{n}"))];
        private readonly string?[] _purposes = new string?[Many];
        private readonly ConcurrentBag<string> _builds = [],
            _done = [],
            _refused = [];
        private int _count;

        public int Done => _done.Count;
        public int Refused => _refused.Count;

        public async Task Round()
        {
            await Task.WhenAll(_people.Select((_, n) => Reserve(n)));
            await Look();
            await Task.WhenAll(_people.Select((_, n) => n % 2 == 0 ? Reserve(n) : Build(n)));
            await Look();
        }

        public async Task AreAsTheyWereAnswered()
        {
            await Look();
            var audit = await File.ReadAllTextAsync(Path.Combine(console.Folder, "state", "audit.log"));
            Assert.All(_done, d => Assert.Equal(1, audit.Split(d).Length - 1));
            Assert.All(_refused, r => Assert.DoesNotContain(r, audit, StringComparison.Ordinal));
        }

        public ValueTask DisposeAsync()
        {
            foreach (var person in _people)
                person.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task Reserve(int person)
        {
            var purpose = $"purpose-{Interlocked.Increment(ref _count)}.";
            if (await Try(person, HttpMethod.Put, "reservation", new { purpose, hours = 9 }, purpose))
                _purposes[person] = purpose;
        }

        // One that has no reservation would make one, whose purpose is not known here.
        private async Task Build(int person)
        {
            var path = $"branches/b-{Interlocked.Increment(ref _count)}.x";
            var body = new
            {
                app = "shop",
                path,
                database = false,
                code = true,
            };
            if (_purposes[person] is not null && await Try(person, HttpMethod.Post, "builds", body, path))
                _builds.Add(path);
        }

        private async Task<bool> Try(int person, HttpMethod method, string what, object body, string mark)
        {
            using var ask = new HttpRequestMessage(method, $"api/servers/qa{person + 1:00}/{what}");
            ask.Content = JsonContent.Create(body);
            ask.Headers.Add("Idempotency-Key", mark);
            using var answer = await _people[person].SendAsync(ask);
            Assert.True(
                answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.ServiceUnavailable,
                $"{method} {what}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
            );
            (answer.IsSuccessStatusCode ? _done : _refused).Add(mark);
            return answer.IsSuccessStatusCode;
        }

        private async Task Look()
        {
            var servers = (await console.Http.Json("api/servers")).GetProperty("servers").EnumerateArray();
            Assert.Equal(
                _purposes,
                servers
                    .Select(s => s.GetProperty("reservation"))
                    .Select(r => r.ValueKind == JsonValueKind.Null ? null : r.Text("purpose"))
            );
            Assert.Equal(
                _builds.Order(),
                (await console.Http.Json("api/builds"))
                    .GetProperty("builds")
                    .EnumerateArray()
                    .Select(b => b.Text("path")!)
                    .Order()
            );
        }
    }
}
