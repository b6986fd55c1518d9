using System.Globalization;
using System.Text;

namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// A log as a script reads it, through Apache: at once, whole after a cut, and whatever its size. How the page bears
/// it, tests/browser/logs.mjs tells.
/// </summary>
[Collection("lab"), StandingLab]
public sealed class LogTest(LabFixture lab, Xunit.Abstractions.ITestOutputHelper output) : IClassFixture<LabFixture>
{
    private const int Lines = 300;
    private static readonly string Talks =
        $"echo '@program guest 1'; for i in {{1..{Lines}}}; do echo \"said $i $EPOCHREALTIME\"; "
        + "sleep 0.01; done; echo '@error enough'; echo '@exit 1'";

    [Fact]
    public async Task A_line_is_heard_within_a_second_after_it_was_said()
    {
        using var anna = lab.As("anna");
        await using var qa06 = await Talking(anna);
        using var reader = new StreamReader(await Follow(anna, await Post(anna), 0));
        var late = new List<double>();
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line)
        {
            if (line.Contains(" said ", StringComparison.Ordinal))
                late.Add(Now() - double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
        }
        output.WriteLine($"{late.Count} lines, the latest after {late.Max():0.000} s");
        Assert.Equal(Lines, late.Count);
        Assert.InRange(late.Max(), 0, 1);
    }

    [Fact]
    public async Task Who_was_cut_off_goes_on_at_his_last_byte_without_loss_or_doubling()
    {
        using var anna = lab.As("anna");
        await using var qa06 = await Talking(anna);
        var id = await Post(anna);
        var heard = new MemoryStream();
        for (var cuts = 0; cuts < 5; cuts++)
        {
            await using var stream = await Follow(anna, id, heard.Length);
            var part = new byte[Random.Shared.Next(100, 2000)];
            heard.Write(part, 0, await stream.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false));
        }
        // Apache goes as well, with all its connections.
        var front = lab.ProcessOf("front");
        await lab.Kill("front", "TERM");
        await Wait.Until("Apache has ended", () => !Directory.Exists($"/proc/{front}"));
        await lab.Mend();
        await using (var stream = await Follow(anna, id, heard.Length))
            await stream.CopyToAsync(heard);
        Assert.Equal("failed", (await anna.Json($"api/builds/{id}")).Text("state"));
        var text = Encoding.UTF8.GetString(heard.ToArray());
        Assert.Equal(await anna.GetStringAsync($"api/builds/{id}/log"), text);
        Assert.Equal(
            Enumerable.Range(1, Lines),
            text.Split('\n')
                .Where(l => l.Contains(" said ", StringComparison.Ordinal))
                .Select(l => int.Parse(l.Split(' ')[^2]))
        );
    }

    [Fact]
    public async Task Ten_readers_of_100_MB_get_every_byte_and_fill_no_memory()
    {
        using var anna = lab.As("anna");
        var build = await anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
        var file = Path.Combine(lab.Folder, "state/builds", $"{build.Text("id")}.log");
        var before = await File.ReadAllBytesAsync(file);
        var line = Encoding.UTF8.GetBytes($"12:00:00 code     {new string('x', 1030)}\n");
        await using (var log = new FileStream(file, FileMode.Append))
            for (var i = 0; i < 100_000; i++)
                log.Write(line);
        var console = $"/proc/{lab.ProcessOf("console")}";
        await File.WriteAllTextAsync($"{console}/clear_refs", "5");
        try
        {
            var sizes = await Task.WhenAll(
                Enumerable.Range(0, 10).Select(async _ => await Size(await Follow(anna, build.Text("id")!, 0)))
            );
            Assert.All(sizes, size => Assert.Equal(before.Length + 100_000L * line.Length, size));
            var most = LabHost
                .Read($"{console}/status")
                .Split('\n')
                .First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            output.WriteLine($"{sizes[0] >> 20} MB each; {most}");
            Assert.InRange(int.Parse(most.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]), 0, 400_000);
        }
        finally
        {
            await File.WriteAllBytesAsync(file, before);
        }
    }

    private static async Task<long> Size(Stream stream)
    {
        var (buffer, size) = (new byte[64 * 1024], 0L);
        for (int count; (count = await stream.ReadAsync(buffer)) > 0; )
            size += count;
        return size;
    }

    /// <summary>A guest that says numbered lines with the time, for some seconds.</summary>
    private async Task<SickGuest> Talking(HttpClient anna)
    {
        await anna.BuildWell("qa06", "shop", "trunk", database: true, code: true);
        var qa06 = await SickGuest.Of(lab, "qa06");
        await qa06.ServeScript(Talks);
        return qa06;
    }

    private static async Task<string> Post(HttpClient anna) =>
        (
            await (
                await anna.Post("api/servers/qa06/builds", Body.ForBuild("shop", "trunk", database: false, code: true))
            ).Json()
        ).Text("id")!;

    private static async Task<Stream> Follow(HttpClient anna, string id, long from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/builds/{id}/log?follow=true&from={from}");
        var answer = await anna.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        return await answer.Content.ReadAsStreamAsync();
    }

    private static double Now() => (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;
}
