namespace TestServers.Tests.Stories.Lab;

/// <summary>
/// What a monitoring program on the web server's machine reads of a lab at work, through Apache and without a
/// login.
/// </summary>
[Collection("lab")]
public sealed class MeasuresTest(LabFixture lab) : IClassFixture<LabFixture>
{
    [Fact]
    public async Task A_build_s_steps_the_bases_and_the_disks_are_measured()
    {
        using var monitoring = lab.Anonymous();
        using var anna = lab.As("anna");
        var before = await MetricsText.Of(monitoring);
        await anna.BuildWell("qa05", "shop", "trunk", database: true, code: true);
        await lab.Release("qa05");
        var after = await MetricsText.Of(monitoring);
        double Rise(string name, params string[] labels) =>
            (after.Value(name, labels) ?? 0) - (before.Value(name, labels) ?? 0);
        Assert.True(Rise("console_builds_ended_total", "app=shop", "result=succeeded", "step=") >= 1);
        Assert.True(Rise("console_build_duration_seconds_sum", "app=shop", "result=succeeded") > 0.05);
        foreach (var step in new[] { "database", "code", "settings", "health" })
            Assert.True(
                Rise("console_build_step_duration_seconds_count", $"step={step}", "result=succeeded") >= 1,
                step
            );
        Assert.True(Rise("console_build_wait_seconds_count") >= 1);
        Assert.True(Rise("console_reservation_changes_total", "what=made") >= 1);
        Assert.True(Rise("console_reservation_changes_total", "what=released") >= 1);
        foreach (var host in new[] { "db1", "db2" })
        {
            Assert.Equal(1, after.Value("console_database_host_up", $"host={host}"));
            Assert.InRange(after.Value("console_database_host_disk_free_bytes", $"host={host}")!.Value, 1e6, 1e15);
            Assert.True(
                after.Value("console_database_host_disk_size_bytes", $"host={host}")
                    > after.Value("console_database_host_disk_free_bytes", $"host={host}")
            );
        }
        foreach (var name in new[] { "shop", "tickets" })
        {
            Assert.True(after.Value("console_base_data_age_seconds", $"base={name}") > 0);
            Assert.True(after.Value("console_base_restore_age_seconds", $"base={name}") > 0);
            Assert.Equal(1, after.Value("console_base_restore_ok", $"base={name}"));
            Assert.True(after.Value("console_base_size_bytes", $"base={name}") > 1e6);
        }
    }

    [Fact]
    public async Task Open_streams_are_seen_and_health_needs_no_login()
    {
        using var monitoring = lab.Anonymous();
        using var anna = lab.As("anna");
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/events");
        using (await anna.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
            Assert.True((await MetricsText.Of(monitoring)).Value("console_places", "kind=stream") >= 1);
        using var health = await monitoring.GetAsync("healthz");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.NotEqual("failing", (await health.Json()).Text("status"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await monitoring.GetAsync("api/servers")).StatusCode);
    }
}
