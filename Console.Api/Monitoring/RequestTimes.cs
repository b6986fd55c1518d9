using System.Diagnostics.Metrics;
using System.Globalization;

namespace TestServers.Monitoring;

/// <summary>
/// Hands ASP.NET's own measurement of every request to a histogram. A route is the template of the call, a method one
/// of those that HTTP knows: what a client makes up adds no series.
/// </summary>
internal sealed class RequestTimes : IDisposable
{
    private readonly Prometheus.Histogram _histogram;
    private readonly MeterListener _listener = new();

    public RequestTimes(Prometheus.Histogram histogram)
    {
        _histogram = histogram;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Name: "http.server.request.duration", Meter.Name: "Microsoft.AspNetCore.Hosting" })
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>(Take);
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    private void Take(
        Instrument instrument,
        double seconds,
        ReadOnlySpan<KeyValuePair<string, object?>> tags,
        object? state
    )
    {
        string route = "",
            method = "",
            code = "";
        foreach (var (name, value) in tags)
        {
            if (name == "http.route")
                route = value as string ?? "";
            else if (name == "http.request.method")
                method = value as string ?? "";
            else if (name == "http.response.status_code")
                code = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }
        _histogram.WithLabels(route, method == "_OTHER" ? "other" : method, code).Observe(seconds);
    }
}
