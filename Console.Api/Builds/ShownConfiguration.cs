using TestServers.Databases;

namespace TestServers.Builds;

/// <summary>A configuration as it is shown: with what is known of its data now.</summary>
public static class ShownConfiguration
{
    /// <summary>The configuration, with the reason when it is not known how old its data are.</summary>
    public static Configuration? Shown(this DataTimes times, Configuration? configuration) =>
        configuration is not null && times.DoubtOf(configuration.App, configuration.DataTime) is { } doubt
            ? configuration with { DataDoubt = doubt }
            : configuration;
}
