using System.Text.Json.Nodes;

namespace TestServers.Hosts.OpenStack;

/// <summary>
/// What a project has, kept between calls: a whole list now and then, and else only what has changed since. A change of
/// metadata or addresses is no change for Nova, which the next whole list shows.
/// </summary>
internal sealed class Project(Func<Cloud> resolve, Func<Cloud>? forPower, Func<Cloud>? forMaking, TimeProvider clock)
    : IDisposable
{
    /// <summary>Within it every call ends, whatever a cloud does.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>More than a project of test servers has.</summary>
    private const int Most = 10_000;
    private static readonly TimeSpan WholeEvery = TimeSpan.FromMinutes(1);

    /// <summary>The clocks of a cloud's machines differ; what is told twice does no harm.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Session _session = new(resolve, clock);
    private readonly Session? _power = forPower is null ? null : new(forPower, clock);
    private readonly Session? _making = forMaking is null ? null : new(forMaking, clock);
    private ProjectPicture? _picture;
    private int _failures;

    public void Dispose()
    {
        _session.Dispose();
        _power?.Dispose();
        _making?.Dispose();
    }

    /// <summary>All that the project has, as the settings of its host look at it.</summary>
    /// <param name="onTheirWay">What it was asked for, and does not show yet or not whole.</param>
    public async Task<HostAnswer> List(HostSettings host, IEnumerable<MadeServer> onTheirWay, CancellationToken cancel)
    {
        var usual = TimeSpan.FromSeconds(host.OpenStack!.PollSeconds);
        try
        {
            await Within(Renew, cancel);
            _failures = 0;
            return new(ProjectListing.Of(host.OpenStack, _picture!, [.. onTheirWay]), null) { Pause = usual };
        }
        catch (CloudFault fault)
        {
            var grown = usual * Math.Pow(2, Math.Min(_failures++, 10));
            var longest = usual > LongestPause ? usual : LongestPause;
            return new(null, fault.Message)
            {
                Pause =
                    fault.Pause
                    ?? (
                        fault.IsRefusal ? Session.AfterRefusal
                        : grown < longest ? grown
                        : longest
                    ),
            };
        }
    }

    /// <summary>Does something with a server's power.</summary>
    /// <returns>Null: it was taken; else a sentence that says what went wrong.</returns>
    public async Task<string?> Switch(ServerName server, PowerAction action, CancellationToken cancel)
    {
        try
        {
            await Within(end => Switch(server.Text, action, end), cancel);
            return null;
        }
        catch (CloudFault fault)
        {
            return fault.Message;
        }
    }

    private async Task Switch(string name, PowerAction action, CancellationToken cancel)
    {
        var named = _picture?.Servers.Values.Where(s => s.Name == name).ToList() ?? [];
        if (named is not [var known])
            throw new CloudFault(
                named.Count == 0
                    ? $"Nova shows no server {name} any more. Look at it in the project."
                    : $"Several servers of the project are called {name}. Rename all but one."
            );
        var session = _power ?? _session;
        // A status of some seconds ago might be past, and what is right for it wrong.
        var now = Nova.ReadOne(await session.Ask(t => Nova.One(t, known.Id), Nova.MostBytes, cancel));
        if (now.Name != name)
            throw new CloudFault($"Nova does not call that server {name} any more. Try again in some seconds.");
        if (Nova.ActionFor(now.Status, action) is not { } act)
            return;
        var answer = await session.Ask(t => Nova.Act(t, known.Id, Copied(act)), Nova.MostBytes, cancel);
        if (!answer.IsSuccess)
            throw Nova.FaultOf(answer);
    }

    /// <summary>Asks for a server.</summary>
    public async Task<AskedServer> Make(JsonObject server, CancellationToken cancel)
    {
        CloudAnswer? answer = null;
        try
        {
            await Within(
                async end =>
                    answer = await Making.Ask(t => Nova.Make(t, server.DeepClone().AsObject()), Nova.MostBytes, end),
                cancel
            );
            if (answer!.IsSuccess)
                return new(Nova.ReadMade(answer), null, false);
            throw Nova.FaultOfMaking(answer);
        }
        catch (CloudFault fault)
        {
            // What fails half-way may have been done all the same.
            return new(null, fault.Message, answer is { Status: >= 400 and < 500 });
        }
    }

    /// <summary>What there is under the name of a server, as Nova says it now, and under its id.</summary>
    public async Task<SeenServers> Look(MadeServer server, CancellationToken cancel)
    {
        var answer = await LookByName(server, cancel);
        return answer.Problem is null && server.Id is { } id && answer.Servers.All(s => s.Id != id)
            ? await WithRenamed(answer, server, id, cancel)
            : answer;
    }

    private async Task<SeenServers> WithRenamed(
        SeenServers seen,
        MadeServer server,
        string id,
        CancellationToken cancel
    )
    {
        try
        {
            CloudAnswer? answer = null;
            await Within(async end => answer = await Making.Ask(t => Nova.One(t, id), Nova.MostBytes, end), cancel);
            if (answer!.Status == 404 || Nova.ReadOne(answer) is not { IsDeleted: false } own)
                return seen;
            if (own.Name is { } name && name != server.Name.Text)
                return seen with { Servers = [.. seen.Servers, Nova.Seen(own) with { OtherName = name }] };
            return seen with
            {
                Problem = own.Name is null
                    ? $"{answer.Who} does not say how {server.Name} is: a part of it is down. Look at its cells."
                    // It was given its name back in between.
                    : $"{answer.Who} shows {server.Name} by its id, and not yet by its name.",
            };
        }
        catch (CloudFault fault)
        {
            return new([], fault.Message);
        }
    }

    private async Task<SeenServers> LookByName(MadeServer server, CancellationToken cancel)
    {
        try
        {
            IReadOnlyList<SeenServer> seen = [];
            await Within(
                async end =>
                    seen = Nova.ReadSeen(
                        await Making.Ask(t => Nova.Named(t, server.Name), Nova.MostBytes, end),
                        server.Name
                    ),
                cancel
            );
            return new(await Task.WhenAll(seen.Select(s => WithReason(s, cancel))), null);
        }
        catch (CloudFault fault)
        {
            return new([], fault.Message);
        }
    }

    // A list may have the status without its reason, and a credential may not ask for one server.
    private async Task<SeenServer> WithReason(SeenServer server, CancellationToken cancel)
    {
        if (server.Fault != Nova.NoReason)
            return server;
        try
        {
            var reason = Nova.NoReason;
            await Within(
                async end =>
                    reason = Nova.ReadFault(await Making.Ask(t => Nova.One(t, server.Id), Nova.MostBytes, end)),
                cancel
            );
            return server with { Fault = reason };
        }
        catch (CloudFault)
        {
            return server;
        }
    }

    /// <summary>Deletes the one server that has the mark, if its name and its id are those that are known.</summary>
    public async Task<DeletedServer> Delete(MadeServer server, CancellationToken cancel)
    {
        var (seen, problem) = await Look(server, cancel);
        if (problem is not null)
            return new(Deletion.Failed, problem);
        var own = seen.FirstOrDefault(s => s.Mark == server.Mark && (server.Id is null || s.Id == server.Id));
        if (own is not { OtherName: null })
            return seen.FirstOrDefault(s => s.Id == server.Id) is { } other
                ? new(
                    Deletion.NotOurs,
                    (
                        other.OtherName is { } name
                            ? $"Nova's server {server.Name} is called {Found.Clean(name)} by now. "
                            : $"Nova's server {server.Name} does not carry the mark that the console gave it "
                                + $"(`{MadeState.MarkKey}` in its metadata). "
                    ) + "It is not deleted, and the console takes it for one that somebody else has made."
                )
                : new(Deletion.Gone, null);
        try
        {
            CloudAnswer? answer = null;
            await Within(
                async end => answer = await Making.Ask(t => Nova.Delete(t, own.Id), Nova.MostBytes, end),
                cancel
            );
            return answer!.IsSuccess ? new(Deletion.Taken, null)
                : answer.Status == 404 ? new(Deletion.Gone, null)
                : throw Nova.FaultOfMaking(answer);
        }
        catch (CloudFault fault)
        {
            return new(Deletion.Failed, fault.Message);
        }
    }

    private Session Making =>
        _making ?? throw new CloudFault("The settings of the host have no `makeCloud` any more. Name one.");

    // A value of JSON stands in one document only, and a call may be made twice.
    private static (string Word, JsonNode? Value) Copied((string Word, JsonNode? Value) action) =>
        (action.Word, action.Value?.DeepClone());

    private async Task Within(Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(Limit, clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            await work(limited.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CloudFault(
                $"The cloud did not answer within {Limit.TotalSeconds:0} s. Look at Keystone, at Nova, and at the way "
                    + "there."
            );
        }
    }

    private async Task Renew(CancellationToken cancel)
    {
        if (_picture is { } before && clock.GetElapsedTime(before.WholeAt) < WholeEvery && before.Date is { } date)
        {
            var (page, told) = await Page(null, date - Overlap, cancel);
            // Nova looks for a mark among those that there are, and one that changed may be gone by the next page.
            if (!page.HasMore)
            {
                _picture = before.With(page.Servers, told ?? date);
                return;
            }
        }
        await RenewWhole(cancel);
    }

    private async Task RenewWhole(CancellationToken cancel)
    {
        var began = clock.GetTimestamp();
        var servers = new Dictionary<string, NovaServer>(StringComparer.Ordinal);
        var odd = new List<(string, string)>();
        DateTimeOffset? date = null;
        string? after = null;
        long bytes = 0;
        while (true)
        {
            var (page, told) = await Page(after, null, cancel, size => bytes += size);
            // What changes while the pages are read is among what has changed since the first.
            date ??= told;
            var before = servers.Count;
            foreach (var server in page.Servers)
                servers[server.Id] = server;
            odd.AddRange(page.Odd);
            if (!page.HasMore)
                break;
            if (servers.Count == before || page.Last is null)
                throw new CloudFault("Nova's list has no end: it gives the same page again. Look at Nova.");
            if (servers.Count + odd.Count > Most || bytes > Nova.MostBytes)
                throw new CloudFault(
                    $"Nova's list has no end: more than {Most:N0} servers or {Nova.MostBytes >> 20} MB. Name a project "
                        + "of test servers alone."
                );
            after = page.Last;
        }
        _picture = ProjectPicture.Of(servers, odd, began, date, _picture);
    }

    private async Task<(NovaPage Page, DateTimeOffset? Date)> Page(
        string? after,
        DateTimeOffset? since,
        CancellationToken cancel,
        Action<int>? count = null
    )
    {
        var answer = await _session.Ask(t => Nova.List(t, after, since), Nova.MostBytes, cancel);
        count?.Invoke(answer.Body.Length);
        return (Nova.ReadPage(answer), answer.Date);
    }
}
