namespace TestServers.Administration.Checks;

/// <summary>How a part of an installation is.</summary>
public enum PartState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, or was not looked at; somebody should look.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Wrong,
}

/// <summary>A part of an installation that was looked at.</summary>
/// <param name="Part">What it is, such as host, server or repository.</param>
/// <param name="Name">Which one; empty where there is one.</param>
/// <param name="Message">What is there, or what is wrong and what to do.</param>
public sealed record CheckedPart(string Part, string Name, PartState State, string Message)
{
    public static CheckedPart Ok(string part, string name, string message) => new(part, name, PartState.Ok, message);

    public static CheckedPart Warn(string part, string name, string message) =>
        new(part, name, PartState.Warning, message);

    public static CheckedPart Wrong(string part, string name, string message) =>
        new(part, name, PartState.Wrong, message);
}
