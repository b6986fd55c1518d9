using System.Text.RegularExpressions;

namespace TestServers.Tests.Stories.Api;

/// <summary>Long lists are read in parts, each of which names the next.</summary>
public sealed partial class ListsTest : IAsyncLifetime, IAsyncDisposable
{
    private readonly ConsoleWithApp _own = new();
    private HttpClient Http => _own.Console.Http;

    // On qa01 builds take 5 s each: most of these wait.
    public async Task InitializeAsync()
    {
        await _own.Console.StartWithServers();
        // Held, as a server that was not reached is given to nobody.
        foreach (var server in new[] { "qa01", "qa02" })
            await Http.Put($"api/servers/{server}/reservation", new { purpose = "long lists", hours = 9 });
        for (var i = 0; i < 5; i++)
            await Launch("qa01");
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    [Fact]
    public async Task Builds_in_parts_are_all_builds_once_though_one_is_launched_meanwhile()
    {
        using var first = await Http.GetAsync("api/builds?limit=2");
        Assert.Equal(["5", "4"], await IdsOf(first));
        Assert.Equal("</console/api/builds?limit=2&before=4>; rel=\"next\"", LinkOf(first));
        await Launch("qa01");
        using var second = await Http.GetAsync(NextOf(first));
        Assert.Equal(["3", "2"], await IdsOf(second));
        using var last = await Http.GetAsync(NextOf(second));
        Assert.Equal(["1"], await IdsOf(last));
        Assert.Null(LinkOf(last));
        using var all = await Http.GetAsync("api/builds");
        Assert.Equal(["6", "5", "4", "3", "2", "1"], await IdsOf(all));
        Assert.Null(LinkOf(all));
        using var exact = await Http.GetAsync("api/builds?limit=6");
        Assert.Null(LinkOf(exact));
        using var gone = await Http.GetAsync("api/builds?before=999");
        Assert.Equal(6, (await IdsOf(gone)).Count);
    }

    [Fact]
    public async Task The_next_part_is_one_of_the_same_search()
    {
        await Launch("qa02");
        using var first = await Http.GetAsync("api/builds?state=queued,running,failed&server=qa01&limit=3&before=5");
        Assert.Equal(["4", "3", "2"], await IdsOf(first));
        Assert.Equal(
            "</console/api/builds?state=queued,running,failed&server=qa01&limit=3&before=2>; rel=\"next\"",
            WebUtility.UrlDecode(LinkOf(first))
        );
        using var last = await Http.GetAsync(NextOf(first));
        Assert.Equal(["1"], await IdsOf(last));
        Assert.Null(LinkOf(last));
    }

    [Fact]
    public async Task Who_has_a_part_already_is_told_so_until_something_in_it_or_behind_it_changes()
    {
        // Older than the build that runs, nothing changes by itself.
        await Wait.Until(
            "the first has ended",
            async () => (await Http.Json("api/builds/1")).Text("state") == "failed",
            20
        );
        using var part = await Http.GetAsync("api/builds?limit=1&before=2");
        using var again = await Again("api/builds?limit=1&before=2", part);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var newest = await Http.GetAsync("api/builds?limit=1");
        await Launch("qa01");
        using var changed = await Again("api/builds?limit=1", newest);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(["6"], await IdsOf(changed));
    }

    [Fact]
    public async Task A_part_that_there_cannot_be_is_refused_by_its_name()
    {
        foreach (
            var (address, said) in new[]
            {
                ("api/builds?limit=0", "The parameter `limit` is not right: it must be a whole number from 1 to 200."),
                ("api/builds?limit=201", "The parameter `limit` is not right"),
                ("api/builds?limit=-1", "The parameter `limit` is not right"),
                ("api/builds?limit=99999999999", "The parameter `limit` is not right"),
                ("api/builds?limit=2.5", "The parameter `limit` is not right"),
                ("api/builds?before=0", "The parameter `before` is not right: it must be a number."),
                ("api/builds?before=x", "The parameter `before` is not right"),
                ("api/servers/qa01/history?limit=0", "The parameter `limit` is not right"),
                ("api/servers/qa01/history?before=-3", "The parameter `before` is not right"),
            }
        )
            Assert.StartsWith(
                said,
                await (await Http.GetAsync(address)).Problem(HttpStatusCode.BadRequest),
                StringComparison.Ordinal
            );
    }

    [Fact]
    public async Task Through_Apache_the_address_of_the_next_part_works_and_a_compressed_part_keeps_its_tag()
    {
        await using var apache = new Httpd(_own.Console, "anna");
        await apache.Start($"{apache.Limits}Define CONSOLE_CLEARTEXT\n{Httpd.Proxy}");
        using var anna = apache.Client($"http://127.0.0.1:{apache.Port}/console/", "anna");
        using var first = await anna.GetAsync("api/builds?limit=2");
        Assert.Equal(["5", "4"], await IdsOf(first));
        using var second = await anna.GetAsync(NextOf(first));
        Assert.Equal(["3", "2"], await IdsOf(second));

        await Wait.Until(
            "the first has ended",
            async () => (await Http.Json("api/builds/1")).Text("state") == "failed",
            20
        );
        using var ask = new HttpRequestMessage(HttpMethod.Get, "api/builds?before=2");
        ask.Headers.AcceptEncoding.Add(new("gzip"));
        using var packed = await anna.SendAsync(ask);
        Assert.Equal("gzip", packed.Content.Headers.ContentEncoding.Single());
        using var again = new HttpRequestMessage(HttpMethod.Get, "api/builds?before=2");
        again.Headers.TryAddWithoutValidation("If-None-Match", packed.Headers.ETag!.ToString());
        Assert.Equal(HttpStatusCode.NotModified, (await anna.SendAsync(again)).StatusCode);
    }

    private async Task Launch(string server)
    {
        var ask = new
        {
            app = "shop",
            path = "trunk",
            database = false,
            code = true,
        };
        using var answer = await Http.Post($"api/servers/{server}/builds", ask);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> Again(string address, HttpResponseMessage before)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.IfNoneMatch.Add(before.Headers.ETag!);
        return await Http.SendAsync(request);
    }

    private static async Task<List<string?>> IdsOf(HttpResponseMessage answer) =>
        [.. (await answer.Json()).GetProperty("builds").EnumerateArray().Select(b => b.Text("id"))];

    private static string? LinkOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Link", out var links) ? links.Single() : null;

    // As a client reads it: seen from the address that was asked for.
    private static Uri NextOf(HttpResponseMessage answer) =>
        new(answer.RequestMessage!.RequestUri!, Next().Match(LinkOf(answer)!).Groups[1].Value);

    [GeneratedRegex("^<([^>]+)>; rel=\"next\"$")]
    private static partial Regex Next();
}
