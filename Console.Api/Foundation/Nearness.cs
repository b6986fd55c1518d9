namespace TestServers.Foundation;

/// <summary>What somebody probably meant who has misspelt a word.</summary>
internal static class Nearness
{
    /// <summary>The nearest of the known words, or null when none is near.</summary>
    /// <param name="slips">So many at most.</param>
    public static string? To(string word, IEnumerable<string> known, int slips = int.MaxValue)
    {
        if (word.Length > 64)
            return null;
        var most = Math.Min(slips, Math.Max(1, word.Length / 3));
        var near = known
            .Select(k => (Word: k, Steps: Steps(word.ToLowerInvariant(), k.ToLowerInvariant())))
            .OrderBy(k => k.Steps)
            .FirstOrDefault((Word: "", Steps: int.MaxValue));
        return near.Steps <= most ? near.Word : null;
    }

    /// <summary>The same as the end of a sentence, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> known) =>
        To(word, known) is { } near ? $"; did you mean `{near}`?" : "";

    // Letters too many, too few, wrong or exchanged with their neighbour.
    private static int Steps(string a, string b)
    {
        var steps = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    steps[i, j] = i + j;
                    continue;
                }
                var same = a[i - 1] == b[j - 1] ? 0 : 1;
                var least = Math.Min(Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1, steps[i - 1, j - 1] + same);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    least = Math.Min(least, steps[i - 2, j - 2] + 1);
                steps[i, j] = least;
            }
        }
        return steps[a.Length, b.Length];
    }
}
