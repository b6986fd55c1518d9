namespace TestServers.Tests.Stage;

/// <summary>A build whose parts take a known time, in seconds.</summary>
/// <param name="Base">The base that is copied; null: code alone.</param>
internal sealed record Work(int Number, string Server, string App, string? Base, double Copy, double Checkout)
{
    public string Path => $"{Server}/{Number}/{Checkout * 1000:0}";
}

/// <summary>
/// Builds with known times, the same ones in every run: round after round one on each server, of an app by chance, one
/// in seven without a database. The bases differ in size, and checkouts by chance.
/// </summary>
internal sealed class Workload
{
    /// <param name="places">Plain copies that the database host may make at once.</param>
    /// <param name="copies">1: copies take 0.5 to 2 s.</param>
    /// <param name="checkouts">1: checkouts take 3.4 to 10.2 s.</param>
    public Workload(int builds, int servers, int bases, int places, double copies, double checkouts)
    {
        (Places, Settings) = (places, Math.Round(0.4 * checkouts, 3));
        var random = new Random(1);
        Servers = [.. Enumerable.Range(1, servers).Select(n => $"qa{n:00}")];
        var sizes = Enumerable.Range(0, bases).Select(n => Math.Round((0.5 + 1.7 * n / bases) * copies, 3)).ToList();
        Bases = [.. sizes.Select((seconds, n) => $"b{n}_takes_{seconds * 1000:0}")];
        Builds =
        [
            .. Enumerable
                .Range(0, builds)
                .Select(n =>
                {
                    var (which, checkout) = (
                        random.Next(bases),
                        Math.Round((3.4 + 6.8 * random.NextDouble()) * checkouts, 3)
                    );
                    return random.Next(7) == 0
                        ? new Work(n, Servers[n % servers], "plain", null, 0, checkout)
                        : new(n, Servers[n % servers], $"app{which}", Bases[which], sizes[which], checkout);
                }),
        ];
    }

    /// <summary>These builds and no others; the database host has a place for each.</summary>
    public Workload(IReadOnlyList<Work> builds) =>
        (Settings, Builds, Servers, Bases, Places) = (
            0.01,
            builds,
            [.. builds.Select(b => b.Server).Distinct()],
            [.. builds.Select(b => b.Base).OfType<string>().Distinct()],
            builds.Count
        );

    public IReadOnlyList<string> Servers { get; }
    public IReadOnlyList<string> Bases { get; }
    public IReadOnlyList<Work> Builds { get; }

    /// <summary>Plain copies that the database host may make at once.</summary>
    public int Places { get; }

    /// <summary>Seconds that the settings of every build take.</summary>
    public double Settings { get; }

    /// <summary>
    /// The best possible finishing time: no order of the same builds ends sooner than the busiest lane can. A server
    /// does its builds one by one, each as long as the longer of copy and checkout, and then the settings. A base is
    /// copied once at a time, the database host makes so many copies at once, and after the last copy the settings of
    /// its build are still to come.
    /// </summary>
    public double BestPossible => new[] { ByServer, ByBase, ByHost }.Max();

    public double ByServer =>
        Builds.GroupBy(b => b.Server).Max(g => g.Sum(b => Math.Max(b.Copy, b.Checkout) + Settings));
    public double ByBase =>
        Builds.Where(b => b.Base is not null).GroupBy(b => b.Base).Max(g => g.Sum(b => b.Copy)) + Settings;
    public double ByHost => Builds.Sum(b => b.Copy) / Places + Settings;
}
