namespace TestServers.History;

/// <summary>Something on a server that was found to be other than this console's last build had left it.</summary>
/// <param name="Part">code APP or copy BASE.</param>
/// <param name="Message">What it is now, and what it was, in a sentence.</param>
public sealed record FoundOtherwise(string Part, string Message)
{
    public static string CodeOf(AppName app) => "code " + app;

    public static string WorkerOf(AppName app, string worker) => $"worker {app} {worker}";

    public static string CopyOf(BaseName @base) => "copy " + @base;
}

/// <summary>What is on a server.</summary>
/// <param name="Code">The working copies by their apps; null: that one is not there.</param>
/// <param name="Copies">The data times of the copies by their bases; one that is not among them is not there.</param>
/// <param name="Otherwise">What of it this console had left otherwise.</param>
public sealed record FoundOnServer(
    IReadOnlyDictionary<AppName, KeptCode?> Code,
    IReadOnlyDictionary<BaseName, DateTimeOffset?> Copies,
    IReadOnlyList<FoundOtherwise> Otherwise
);
