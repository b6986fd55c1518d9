using System.Text.Json;

namespace TestServers.Monitoring;

/// <summary>How the console is.</summary>
public enum HealthState
{
    /// <summary>Nothing is to be done.</summary>
    Well,

    /// <summary>It does its work; something that it works with does not, or somebody should look.</summary>
    Warning,

    /// <summary>It does not do its own work.</summary>
    Failing,
}

/// <summary>What a problem concerns.</summary>
public enum HealthPart
{
    /// <summary>The disk that has the console's state.</summary>
    Disk,

    /// <summary>The queue of builds.</summary>
    Queue,

    /// <summary>What of the settings file does not hold.</summary>
    Settings,

    /// <summary>A host.</summary>
    Host,

    /// <summary>A database host.</summary>
    DatabaseHost,

    /// <summary>A base's data.</summary>
    Base,

    /// <summary>A base's last restore.</summary>
    Restore,

    /// <summary>A server.</summary>
    Server,

    /// <summary>A server that is made or deleted.</summary>
    Making,

    /// <summary>Copies that will be dropped.</summary>
    Copies,

    /// <summary>Bases that the settings no longer name.</summary>
    Bases,

    /// <summary>A webhook that takes nothing.</summary>
    Webhook,

    /// <summary>The SMTP server, when it takes nothing.</summary>
    Mail,
}

/// <summary>Something that is not as it should be.</summary>
/// <param name="Part">What it concerns.</param>
/// <param name="Name">Which one: the host's, base's, server's or webhook's name; empty where there is only
/// one.</param>
/// <param name="State">Warning or failing.</param>
/// <param name="Message">What is wrong, since when, and what to do.</param>
public sealed record HealthProblem(HealthPart Part, string Name, HealthState State, string Message)
{
    /// <summary>A part's word, as it stands in answers, metrics and the log.</summary>
    internal static string WordOf(HealthPart part) => JsonNamingPolicy.CamelCase.ConvertName(part.ToString());
}
