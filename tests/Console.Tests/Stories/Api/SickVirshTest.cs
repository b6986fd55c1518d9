namespace TestServers.Tests.Stories.Api;

/// <summary>
/// Whatever a virsh that stays does when it is asked, the page tells what another one says, nobody is told of a host
/// that does not answer, and nothing is left running. Each sickness has a host of its own.
/// </summary>
public sealed class SickVirshTest : IAsyncLifetime, IAsyncDisposable
{
    private static readonly IReadOnlyDictionary<string, string> Sick = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["hangs-in-its-answer"] = "list | head -n 3; exec sleep 1000",
        ["hears-no-term"] = "trap '' TERM; while :; do sleep 1; done",
        ["is-cut-between-lines"] = "list | head -n 3; exit 0",
        ["is-cut-within-a-line"] = "list | head -c 50; exit 0",
        ["ends-without-a-word"] = "exit 1",
        ["asks-for-a-password"] = "printf 'Enter password for vmhost: '; while read -r; do :; done",
        ["has-lost-its-connection"] = "echo 'error: Disconnected from qemu:///system' >&2",
        ["says-no-list"] = "echo 'error: what?'",
        ["has-no-end"] = "while :; do list; done",
        ["has-a-line-without-end"] = "head -c 20000000 /dev/zero | tr '\\0' x; exec sleep 1000",
    };

    private readonly ConsoleProcess _console = new();

    public Task InitializeAsync()
    {
        var bin = Directory.CreateDirectory(FileOf("bin")).FullName;
        LabProcesses.WriteProgram(
            Path.Combine(bin, "virsh"),
            $$"""
            list() {
              printf ' Id   Name   State\n------\n 1    %s   %s\n' "$at" "$(<"$at.is")"
              printf ' 2    b-%s   running\n\n' "$at"
            }
            cd {{_console.Folder}}
            at=${3##*/}
            [[ $* != *'list --all' ]] || { printf . >>"$at.calls"; list; exit; }
            echo $$ >>"$at.stayed"
            printf 'Welcome to virsh, the virtualization interactive terminal.\n\n'
            while IFS= read -r words; do
              echo "virsh # $words"
              if [[ $words == echo* ]]; then echo "${words#echo }"
              elif [[ -e $at.sick ]]; then source "./$at.sick"
              else list; fi
            done
            """
        );
        return Task.CompletedTask;
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Fact]
    public async Task One_that_has_answered_is_not_believed_when_it_falls_sick_and_not_left()
    {
        await Start(Sick.Keys);
        foreach (var host in Sick.Keys)
            await Stays(host);
        foreach (var host in Sick.Keys)
        {
            FallSick(host);
            Become(host, "paused");
        }
        foreach (var host in Sick.Keys)
        {
            await Sees(host, "paused");
            await AnswersAgain(host);
        }
        foreach (var host in Sick.Keys)
        {
            File.Delete(FileOf($"{host}.sick"));
            Become(host, "idle");
        }
        foreach (var host in Sick.Keys)
        {
            await Sees(host, "idle");
            await Stays(host);
            await Wait.Until($"the others of {host} have ended", () => Stayed(host)[..^1].TrueForAll(HasEnded), 5);
        }
        Assert.DoesNotContain(": virsh", _console.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_has_never_answered_is_tried_more_and_more_rarely()
    {
        foreach (var host in Sick.Keys)
            FallSick(host);
        await Start(Sick.Keys);
        foreach (var host in Sick.Keys)
        {
            await Wait.Until($"{host} was tried", () => Stayed(host).Count >= 3, 90);
            await AnswersAgain(host);
            // Two, four and eight calls of their own come before each.
            var (tried, calls) = (Stayed(host).Count, new FileInfo(FileOf($"{host}.calls")).Length);
            Assert.InRange(calls, (2 << tried) - 2, int.MaxValue);
        }
        Assert.DoesNotContain(": virsh", _console.Log, StringComparison.Ordinal);
    }

    [Theory, InlineData("TERM", 5), InlineData("KILL", 70)]
    public async Task One_that_hangs_ends_with_the_console_or_by_its_limit(string signal, int seconds)
    {
        const string Host = "hears-no-term";
        await Start([Host]);
        await Stays(Host);
        FallSick(Host, $"touch hangs; {Sick[Host]}");
        await Wait.Until("it hangs", () => File.Exists(FileOf("hangs")));
        await LabProcesses.Signal(signal, _console.Id);
        await Wait.Until("the console has ended", () => _console.HasExited, 10);
        await Wait.Until("virsh has, too", () => Stayed(Host).TrueForAll(HasEnded), seconds);
    }

    private string FileOf(string name) => Path.Combine(_console.Folder, name);

    // The process numbers of all that were to stay, the newest last.
    private List<int> Stayed(string host) =>
        File.Exists(FileOf($"{host}.stayed"))
            ? [.. File.ReadAllLines(FileOf($"{host}.stayed")).Where(l => l.Length > 0).Select(int.Parse)]
            : [];

    private static bool HasEnded(int process) => LabHost.Read($"/proc/{process}/cmdline").Length == 0;

    private void FallSick(string host, string? act = null) => Put($"{host}.sick", act ?? Sick[host]);

    private void Become(string host, string state) => Put($"{host}.is", state);

    private void Put(string file, string text)
    {
        File.WriteAllText(FileOf("new"), text);
        File.Move(FileOf("new"), FileOf(file), overwrite: true);
    }

    private async Task Start(IEnumerable<string> hosts)
    {
        _console.WriteSettings(servers: "^.*$", url: "");
        _console.Change(settings =>
        {
            var all = new JsonArray();
            foreach (var host in hosts)
            {
                var one = settings["hosts"]![0]!.DeepClone();
                (one["name"], one["uri"]) = (host, $"qemu:///{host}");
                all.Add(one);
                Become(host, "running");
            }
            settings["hosts"] = all;
        });
        await _console.Start(
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PATH"] = $"{FileOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}",
            }
        );
        foreach (var host in hosts)
            await Sees(host, "running");
    }

    // The newest has answered twice, and stays.
    private async Task Stays(string host)
    {
        await Wait.Until($"{host} has one that stays", () => Stayed(host) is [.., var last] && !HasEnded(last), 90);
        var newest = Stayed(host)[^1];
        await AnswersAgain(host);
        await AnswersAgain(host);
        Assert.Equal(newest, Stayed(host)[^1]);
        Assert.False(HasEnded(newest), host);
    }

    private async Task<JsonElement> Server(string host) => await _console.Http.Json($"api/servers/{host}");

    private async Task AnswersAgain(string host)
    {
        var asOf = (await Server(host)).Text("asOf");
        await Wait.Until(
            $"{host} has answered again",
            async () =>
            {
                var server = await Server(host);
                Assert.Null(server.Text("problem"));
                return server.Text("asOf") != asOf;
            },
            12
        );
    }

    private Task Sees(string host, string state) =>
        Wait.Until(
            $"the page says that {host} is {state}",
            async () =>
            {
                using var answer = await _console.Http.GetAsync($"api/servers/{host}");
                return answer.IsSuccessStatusCode
                    && JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Text("state") == state;
            },
            20
        );
}
