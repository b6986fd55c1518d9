using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using TestServers.Access;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.Hosts;
using TestServers.Http;
using TestServers.Requests;
using TestServers.Reservations;
using TestServers.Storage;

namespace TestServers.Monitoring;

/// <summary>For monitoring: is it well, and how much of what is there.</summary>
public static class MonitoringApi
{
    /// <summary>How the console is.</summary>
    /// <param name="Status">The worst of what the problems say.</param>
    /// <param name="Problems">What is not as it should be, the failing ones first.</param>
    public sealed record ConsoleHealth(HealthState Status, IReadOnlyList<HealthProblem> Problems);

    public static void MapMonitoring(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapCalls("Monitoring", "Is it well, and how much of what is there.");
        calls
            .MapGet("/healthz", ShowHealth)
            .As(
                "showHealth",
                Right.Anybody,
                "200 while the console does its work, with what it warns of; 503 when it fails"
            )
            .Produces<ConsoleHealth>(503);
        calls
            .MapGet("/metrics", ShowMetrics)
            .As("showMetrics", Right.Anybody, "Prometheus text")
            .ProducesText(
                "text/plain",
                "Prometheus' text format",
                "# HELP console_disk_ok 0 while the disk refuses writes\n"
            );
    }

    // A host that is down is named, but the console itself does its work: restarting it would mend nothing.
    private static Results<Ok<ConsoleHealth>, JsonHttpResult<ConsoleHealth>> ShowHealth(Health health)
    {
        var problems = health.Problems;
        var status = problems.Select(p => p.State).DefaultIfEmpty(HealthState.Well).Max();
        var answer = new ConsoleHealth(status, problems);
        return status == HealthState.Failing ? TypedResults.Json(answer, statusCode: 503) : TypedResults.Ok(answer);
    }

    private static ContentHttpResult ShowMetrics(Inventory inventory, ReservationBook reservations, RequestStore<Build> builds, BaseViews bases, CallPlaces places)
    {
        var text = new StringBuilder();
        Gauge(text, "console_servers", "Servers by state", inventory.Machines.GroupBy(m => m.State).Select(g => ($"state=\"{g.Key}\"", (double)g.Count())));
        Gauge(text, "console_reservations", "Reservations that hold now", [("", reservations.All().Count())]);
        Gauge(text, "console_builds", "Builds kept, by state", builds.All.GroupBy(b => b.State).Select(g => ($"state=\"{g.Key.ToString().ToLowerInvariant()}\"", (double)g.Count())));
        Gauge(text, "console_host_up", "1 when virsh answers", inventory.Hosts.Select(h => ($"host=\"{h.Name}\"", h.Problem is null ? 1.0 : 0)));
        Gauge(text, "console_base_data_age_seconds", "Age of a base's data", bases.All.Where(b => b.DataTime is not null).Select(b => ($"base=\"{b.Name}\"", (DateTimeOffset.UtcNow - b.DataTime!.Value).TotalSeconds)));
        Gauge(text, "console_base_spares", "Spares that are ready", bases.All.Select(b => ($"base=\"{b.Name}\"", (double)b.Spares.Ready)));
        Gauge(text, "console_places", "Calls that hold a worker of the web server, by kind", places.Taken.Select(t => ($"kind=\"{t.Key.ToString().ToLowerInvariant()}\"", (double)t.Value)));
        Gauge(text, "console_disk_ok", "0 while the disk refuses writes", [("", DiskTroubles.Open.Count == 0 ? 1 : 0)]);
        return TypedResults.Text(text.ToString(), "text/plain; version=0.0.4; charset=utf-8");
    }

    private static void Gauge(StringBuilder text, string name, string help, IEnumerable<(string Labels, double Value)> rows)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
        foreach (var (labels, value) in rows) text.Append(CultureInfo.InvariantCulture, $"{name}{(labels.Length > 0 ? "{" + labels + "}" : "")} {value:0.###}\n");
    }
}
