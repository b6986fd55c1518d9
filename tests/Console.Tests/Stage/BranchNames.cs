using System.Diagnostics;
using System.Text;

namespace TestServers.Tests.Stage;

/// <summary>
/// Names of branches as teams and tools make them: chosen ones, and random ones, always the same. Whether Git takes one
/// is asked of git itself; Subversion takes what has no control character and no part that is empty, . or ..
/// </summary>
internal static class BranchNames
{
    /// <summary>Names that both tools take.</summary>
    public static readonly string[] Usual =
    [
        "feature/x#12",
        "release@2",
        "føø",
        "100%",
        "%41",
        "%2e%2e/x",
        "a+b",
        "it's",
        "\"so\"",
        "a&b=c;d",
        "$(id)",
        "`id`",
        "<b>x</b>",
        "{{path}}",
        "x/-rf",
        "e\u0301",
        "日本語",
        "😀",
        "ж/ש",
        "@",
        "!",
        "(x)",
        "a,b",
        "HEAD",
        "ü/ü",
        "a|b",
    ];

    /// <summary>Names that Subversion takes and Git does not.</summary>
    public static readonly string[] OfSubversionAlone =
    [
        "two  blanks",
        " before",
        "after ",
        " ",
        "*",
        "x?",
        "[a]",
        "a\\b",
        "a..b",
        ".hidden",
        "x.lock",
        "x~1",
        "x^",
        "r:2",
        "a@{1}",
        "end.",
    ];

    private static readonly string[] Letters =
    [
        .. "abcXYZ019#@%+=!$&'()`,;<>|\"{}_-.~^:?*[]\\ /äöüßøéñžΩжשع日本語".Select(c => c.ToString()),
        "..",
        ".lock",
        "@{",
        "%2e",
        "%25",
        "$(id)",
        "--",
        "&amp;",
        "😀",
        "e\u0301",
        "refs/heads/",
        "refs/tags/",
    ];

    /// <summary>Random texts, of which the tools take some; each has its number, so that no two are the same.</summary>
    public static List<string> Random(int count, int seed)
    {
        var dice = new Random(seed);
        string Made(int number)
        {
            var text = string.Concat(
                Enumerable.Range(0, 1 + dice.Next(12)).Select(_ => Letters[dice.Next(Letters.Length)])
            );
            return dice.Next(2) == 0 ? $"{number}{text}" : $"{text}{number}";
        }
        return [.. Enumerable.Range(0, count).Select(Made)];
    }

    /// <summary>Those that Git takes for a branch, as `git check-ref-format` says.</summary>
    public static HashSet<string> TakenByGit(IEnumerable<string> names)
    {
        const string ask =
            "while IFS= read -r -d '' n; do ! git check-ref-format \"refs/heads/$n\" || printf '%s\\0' \"$n\"; done";
        return
        [
            .. Said("bash", ["-c", ask], string.Concat(names.Select(n => n + "\0")))
                .Split('\0', StringSplitOptions.RemoveEmptyEntries),
        ];
    }

    /// <summary>Whether Subversion takes it as a folder's path.</summary>
    public static bool TakenBySubversion(string name) => name.Split('/').All(part => part is not ("" or "." or ".."));

    /// <summary>Without those that would have to be a folder and a branch at once.</summary>
    public static List<string> WithoutNested(IEnumerable<string> names)
    {
        var kept = names.Distinct(StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        return [.. kept.Where(n => !Above(n).Any(kept.Contains))];
    }

    /// <summary>What a program says to a text, which must succeed.</summary>
    public static string Said(string program, string[] arguments, string input, string folder = "/")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return said.Result;
    }

    private static IEnumerable<string> Above(string name) =>
        name.Select((c, at) => (c, at)).Where(l => l.c == '/').Select(l => name[..l.at]);
}
