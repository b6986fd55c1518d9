using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;

namespace TestServers.HostPrograms;

/// <summary>What a host program has said to one call so far; lines arrive one at a time.</summary>
/// <param name="before">What it had said to the call before, which this one follows; null: it has just begun.</param>
internal sealed class HostAnswer(HostCall call, CallDeadlines patience, HostAnswer? before = null)
{
    private const int MostResults = 5000,
        MostProgress = 100_000,
        MostLeftOut = 100;
    private double _progress = -1;
    private int _progresses;
    private readonly Dictionary<string, string> _results = new(StringComparer.Ordinal);

    /// <summary>As it calls itself.</summary>
    public string? Program { get; private set; } = before?.Program;

    /// <summary>Why it is something else.</summary>
    public string? Stranger { get; private set; }
    public string? FirstLine { get; private set; }
    public string? Error { get; private set; }
    public int? Exit { get; private set; }

    /// <summary>It has said that it begins with this call.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>It has done this call, and waits for another.</summary>
    public bool IsDone { get; private set; }
    public IReadOnlyDictionary<string, string> Results => _results;
    public ImmutableArray<string> LeftOut { get; private set; } = [];

    public void Take(string line)
    {
        FirstLine ??= line;
        if (Program is null)
            patience.Hear(line);
        if (!line.StartsWith('@'))
        {
            call.OnLog(line);
            return;
        }
        var (word, rest) = line.IndexOf(' ', StringComparison.Ordinal) is var at and > 0
            ? (line[1..at], line[(at + 1)..])
            : (line[1..], "");
        // Nothing counts before the program has said who it is, and nothing after its last line.
        if (word == "program" && Program is null)
            Greet(rest);
        else if (Program is not null && Exit is null && (!IsDone || word == "exit"))
            Obey(word, rest);
    }

    private void Greet(string rest)
    {
        Program = rest;
        if (rest == $"{call.Program} {HostProgram.Protocol}")
        {
            Begin();
            return;
        }
        Stranger = $"it calls itself `{new string([.. rest.Where(c => !char.IsControl(c)).Take(60)])}`";
        patience.GiveUp();
    }

    private void Begin()
    {
        HasBegun = true;
        patience.Keep();
        call.OnReached();
    }

    // Each is told to everybody who looks: the same again is not, and not without end.
    private void Show(double fraction)
    {
        if (fraction == _progress || ++_progresses > MostProgress)
            return;
        _progress = fraction;
        call.OnProgress(fraction);
    }

    private static string Told(string text) => new([.. text.Where(c => !char.IsControl(c)).Take(1000)]);

    private void Obey(string word, string rest)
    {
        switch (word)
        {
            case "progress"
                when Utf8Parser.TryParse(Encoding.ASCII.GetBytes(rest), out double fraction, out _)
                    && fraction is >= 0 and <= 1:
                Show(fraction);
                break;
            case "step" when rest.Length <= 40:
                call.OnStep(rest);
                break;
            case "result"
                when rest.IndexOf('=', StringComparison.Ordinal) is var at and > 0 && _results.Count < MostResults:
                _results[rest[..at]] = rest[(at + 1)..];
                break;
            case "left-out"
                when LeftOut.Length < MostLeftOut && Told(rest) is { Length: > 0 } text && !LeftOut.Contains(text):
                LeftOut = LeftOut.Add(text);
                break;
            case "error":
                Error = Told(rest);
                break;
            case "ending":
                patience.Ending();
                break;
            case "verb" when !HasBegun && rest == call.Verb:
                Begin();
                break;
            case "done" when HasBegun:
                IsDone = true;
                break;
            case "exit" when int.TryParse(rest, out var code):
                Exit = code;
                break;
        }
    }
}
