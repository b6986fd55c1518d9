using System.Diagnostics;

namespace TestServers.Tests.Stage;

/// <summary>Waits for conditions, never for time.</summary>
internal static class Wait
{
    /// <param name="why">Says what is still different when the time is up.</param>
    public static async Task Until(
        string what,
        Func<Task<bool>> condition,
        double seconds = 40,
        Func<Task<string?>>? why = null
    )
    {
        var started = Stopwatch.StartNew();
        while (!await condition())
        {
            if (started.Elapsed.TotalSeconds >= seconds)
                Assert.Fail($"Within {seconds} s it did not come true that {what}. {(why is null ? "" : await why())}");
            await Task.Delay(20);
        }
    }

    public static Task Until(string what, Func<bool> condition, double seconds = 40) =>
        Until(what, () => Task.FromResult(condition()), seconds);
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("console-").FullName;

    public string Path { get; }
    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

internal static class Pairs
{
    /// <summary>Each element with the one after it.</summary>
    public static IEnumerable<(T Before, T After)> Pairwise<T>(this IEnumerable<T> all)
    {
        var list = all.ToList();
        return list.Zip(list.Skip(1));
    }
}
