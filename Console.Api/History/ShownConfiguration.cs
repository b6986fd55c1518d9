using TestServers.Databases;

namespace TestServers.History;

/// <summary>A configuration as it is shown: what is on a server now, whoever has put it there.</summary>
public static class ShownConfiguration
{
    /// <summary>
    /// What this console has put there, or another since; with the reason when it is not known how old the data are.
    /// </summary>
    public static Configuration? Shown(this DataTimes times, ServerHistory history) =>
        times.Shown(
            history.Other is { } other ? Of(other, history)
            : history is { Savepoint: { } savepoint, Configuration: { } now } && !savepoint.IsOfAny(history.Beside)
                ? now with
                {
                    Savepoint = savepoint,
                }
            : history.Configuration
        );

    /// <summary>The configuration, with the reason when it is not known how old its data are.</summary>
    public static Configuration? Shown(this DataTimes times, Configuration? configuration) =>
        configuration is not null && times.DoubtOf(configuration.App, configuration.DataTime) is { } doubt
            ? configuration with
            {
                DataDoubt = doubt,
            }
            : configuration;

    // Of one without a time it is known at least that it is younger.
    private static Configuration Of(OtherWork other, ServerHistory history) =>
        new(
            other.App,
            other.Path,
            other.Revision,
            other.DataTime,
            null,
            other.By ?? "somebody",
            other.At ?? history.Configuration?.At ?? default,
            null,
            JobState.Succeeded,
            other.Message
        );
}
