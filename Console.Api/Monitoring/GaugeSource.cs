using Prometheus;

namespace TestServers.Monitoring;

/// <summary>A gauge whose rows are looked at together when somebody asks.</summary>
internal sealed record GaugeSource(string Name, string Help, string[] Labels, Func<IEnumerable<GaugeRow>> Look)
{
    /// <summary>Adds the gauge to what is told. A row that is not there any more is not told any more.</summary>
    public void AddTo(MetricFactory factory, CollectorRegistry registry)
    {
        var gauge = factory.CreateGauge(Name, Help, Labels, new GaugeConfiguration { SuppressInitialValue = true });
        var showing = new Lock();
        registry.AddBeforeCollectCallback(() =>
        {
            lock (showing)
                Show(gauge, [.. Look()]);
        });
    }

    private static void Show(Gauge gauge, List<GaugeRow> rows)
    {
        foreach (var old in gauge.GetAllLabelValues().Where(old => rows.TrueForAll(r => !r.Labels.SequenceEqual(old))))
            gauge.RemoveLabelled(old);
        if (rows.Count == 0)
            gauge.Unpublish();
        foreach (var row in rows)
            gauge.WithLabels(row.Labels).Set(row.Value);
    }
}

/// <summary>A value with the values of its gauge's labels.</summary>
internal sealed record GaugeRow(string[] Labels, double Value);
