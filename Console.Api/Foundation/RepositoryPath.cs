using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Serialization;

namespace TestServers.Foundation;

/// <summary>
/// Where in an app's repository to check out: a Subversion path, or a Git branch, tag or commit. What the tools take is
/// taken as it is, as it never stands alone on a command line: it is a part of an address or of a reference. Only what
/// could still be an option, lead out of the repository, or not be seen is refused here; what Git's own rules refuse is
/// known where the repository is.
/// </summary>
[JsonConverter(typeof(NameConverter<RepositoryPath>))]
public sealed record RepositoryPath : IName<RepositoryPath>
{
    /// <summary>
    /// The most bytes: with each of them encoded, an address that holds one is still taken everywhere.
    /// </summary>
    public const int MostBytes = 1000;

    /// <summary>How a Git path begins that names a branch, or a tag, and nothing else.</summary>
    public const string Branches = "refs/heads/",
        Tags = "refs/tags/";

    private static readonly string[] NotInGit = [" ", "~", "^", ":", "?", "*", "[", "\\", "..", "@{"];

    private RepositoryPath(string text) => Text = text;

    public string Text { get; }
    public static string Rule =>
        "a path inside the repository, such as trunk or branches/x: at most 1,000 bytes, all of "
        + "it to be seen, no dash at "
        + "its beginning, and no part that is empty, . or ..";
    public static string Example => "branches/basket";

    public static RepositoryPath? From(string text) => FaultOf(text) is null ? new(text) : null;

    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out RepositoryPath result
    ) => Name.Try(s, out result);

    public static RepositoryPath Parse(string s, IFormatProvider? provider) => Name.Make<RepositoryPath>(s);

    public override string ToString() => Text;

    /// <summary>Why a text is no path, as the end of a sentence that begins with it; null: it is one.</summary>
    public static string? FaultOf(string text)
    {
        if (PlainText.FirstUnseen(text) is { } unseen)
            return unseen == 0xFFFD ? "is not in UTF-8" : "holds a character that cannot be seen";
        if (Encoding.UTF8.GetByteCount(text) > MostBytes)
            return $"has more than {MostBytes:N0} bytes";
        if (text.StartsWith('-'))
            return "begins with a dash";
        return text.Split('/').Any(part => part is "" or "." or "..") ? "has a part that is empty, . or .." : null;
    }

    /// <summary>
    /// Why no repository of this kind can have it, in a sentence without its end; null: one can. Git's rules are those
    /// of git-check-ref-format(1); Subversion has none beyond those of every path.
    /// </summary>
    public string? FaultIn(RepositoryKind kind)
    {
        if (kind != RepositoryKind.Git)
            return null;
        if (NotInGit.FirstOrDefault(text => Text.Contains(text, StringComparison.Ordinal)) is { } held)
            return $"Git takes no {(held == " " ? "blank" : held)} in a name";
        if (Text.EndsWith('.'))
            return "Git takes no dot at the end of a name";
        if (Text.Split('/').Any(part => part.StartsWith('.')))
            return "Git takes no dot at the beginning of a name or of a part of it";
        return Text.Split('/').Any(part => part.EndsWith(".lock", StringComparison.Ordinal))
            ? "Git takes no .lock at the end of a name or of a part of it"
            : null;
    }
}
