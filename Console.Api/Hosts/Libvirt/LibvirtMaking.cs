using System.Collections.Concurrent;
using TestServers.Commands;

namespace TestServers.Hosts.Libvirt;

/// <summary>
/// Makes servers as copies of a template, by a connection of libvirt that is used for nothing else. Copying takes
/// minutes: it goes on by itself, and is asked how far it is.
/// </summary>
public sealed class LibvirtMaking(CommandRunner runner, MadeServers made) : IServerMaking
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    // By the marks.
    private readonly ConcurrentDictionary<string, Work> _works = new(StringComparer.Ordinal);

    public bool IsOf(HostSettings host) => host.OpenStack is null;

    public Task<AskedServer> Make(HostSettings host, NewServer server, CancellationToken cancel)
    {
        if (server.How.Template is null)
            return Task.FromResult(
                new AskedServer(null, $"The settings of {server.Made.App} name no template any more.", true)
            );
        var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        void Tell(string progress) => made.NoteProgress(server.Made.Name, progress);
        var copy = new TemplateCopy(runner, host, server, Tell, end.Token);
        _works[server.Made.Mark] = new(Task.Run(copy.Run, CancellationToken.None), end);
        return Task.FromResult(new AskedServer(null, null, false));
    }

    public async Task<SeenServers> GoOn(HostSettings host, MadeServer server, CancellationToken cancel)
    {
        if (_works.TryGetValue(server.Mark, out var work))
        {
            if (!work.Run.IsCompleted)
                return new([], null)
                {
                    HowFar =
                        $"{host.Name} makes it of {server.Template} "
                        + $"({made.ProgressOf(server.Name) ?? MadeServers.Asked}).",
                };
            Forget(server);
            if (await work.Run is { } failed)
                return new([], null) { Failed = failed };
        }
        return await Try(
            async () =>
            {
                var calls = new MakingCalls(runner, host, cancel);
                return await MadeDomain.Look(calls, host, server) switch
                {
                    ({ OtherName: null } own, "shut off") when own.Mark == server.Mark => new(
                        [await Start(calls, server, own)],
                        null
                    ),
                    (var seen, _) => new([seen], null),
                    null => new SeenServers([], null),
                };
            },
            problem => new([], problem)
        );
    }

    public Task<SeenServers> Look(HostSettings host, MadeServer server, CancellationToken cancel) =>
        Try(
            async () =>
                new(
                    await MadeDomain.Look(new(runner, host, cancel), host, server) is var (seen, _) ? [seen] : [],
                    null
                ),
            problem => new SeenServers([], problem)
        );

    public async Task<DeletedServer> Delete(HostSettings host, MadeServer server, CancellationToken cancel)
    {
        if (_works.TryGetValue(server.Mark, out var work))
        {
            await work.End.CancelAsync();
            if (await Task.WhenAny(work.Run, Task.Delay(EndLimit, cancel)) != work.Run)
                return new(Deletion.Failed, "What copies its template does not end yet.");
            Forget(server);
        }
        return await Try(
            () => MadeDomain.Delete(new(runner, host, cancel), host, server),
            problem => new DeletedServer(Deletion.Failed, problem)
        );
    }

    /// <summary>Why no server could be made of a template now, as a sentence; null: it could.</summary>
    public static async Task<string?> WhyNot(
        CommandRunner runner,
        HostSettings host,
        MakeSettings make,
        CancellationToken cancel
    )
    {
        var fault = await Try(
            async () =>
            {
                await TemplateCopy.Plan(new(runner, host, cancel), host, make.Template!);
                return null;
            },
            problem => (string?)problem
        );
        return fault ?? (make.UserData is null ? null : await Seed.WhyNot(runner, cancel));
    }

    // What a kill has left behind it, or what has ended since.
    private static async Task<SeenServer> Start(MakingCalls calls, MadeServer server, SeenServer own)
    {
        try
        {
            await TemplateCopy.Begin(calls, OwnNames.Of(server).Id);
            return own with { IsUp = true };
        }
        catch (MakingFault fault) when (fault.WasHeard)
        {
            return own with { Fault = fault.Message };
        }
    }

    private static async Task<T> Try<T>(Func<Task<T>> ask, Func<string, T> otherwise)
    {
        try
        {
            return await ask();
        }
        catch (MakingFault fault)
        {
            return otherwise(fault.Message);
        }
    }

    private void Forget(MadeServer server)
    {
        if (_works.TryRemove(server.Mark, out var work))
            work.End.Dispose();
        made.NoteProgress(server.Name, null);
    }

    /// <summary>One that is being copied.</summary>
    private sealed record Work(Task<FailedServer?> Run, CancellationTokenSource End);
}
