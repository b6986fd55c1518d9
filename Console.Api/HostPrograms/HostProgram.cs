using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <summary>
/// Speaks with the programs on the hosts. Lines that begin with @ are for the console, every other line is the log.
/// Exit code 255 of ssh can mean a dozen things, so only the program's own last line says how the work ended.
/// </summary>
/// <param name="largestOutput">A call that says more bytes than this is ended.</param>
/// <param name="connections">Those that are shared; without them it has its own.</param>
/// <param name="stopping">The console stops: hosts that do not say that they heard are not waited for.</param>
public sealed class HostProgram(
    CommandRunner runner,
    Func<long>? largestOutput = null,
    SshConnections? connections = null,
    CancellationToken stopping = default
)
{
    private readonly SshConnections _connections = connections ?? new();

    /// <summary>The host programs' own limit for cleaning up is 10 s; then ssh gets some time to tell.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(13);
    private const int Protocol = 1,
        CancelledExit = 143;

    /// <summary>
    /// Runs the call to its end. Cancelling closes the lifeline and waits until the program has cleaned up, at most
    /// <see cref="Grace"/>; one that does not even say that it heard is given up earlier.
    /// </summary>
    public async Task<HostResult> Run(HostCall call, CancellationToken cancel)
    {
        using var patience = new CallDeadlines(call.Transport.AnswerLimit, cancel, stopping);
        var answer = new Answer(call, patience);
        var command = call.Transport.Start(call.Verb, InputOf(call), call.Limit) with
        {
            LargestOutput = largestOutput?.Invoke() ?? 256L << 20,
        };
        var end = call.Transport is SshTransport ssh
            ? await _connections.Run(ssh, command, answer.Take, patience.Ask, patience.Force)
            : await runner.Run(command, answer.Take, patience.Ask, patience.Force);
        var (ending, message) =
            patience.Force.IsCancellationRequested && !cancel.IsCancellationRequested
                ? JudgeSilent(call, answer)
                : Judge(call, answer, end);
        return new(ending, message, answer.Results)
        {
            LeftOut = answer.LeftOut,
            IsUnknown = answer.Program is not null && answer.Stranger is null && answer.Exit is null or CancelledExit,
        };
    }

    private static string InputOf(HostCall call)
    {
        var input = new StringBuilder($"protocol={Protocol}\n");
        foreach (var (key, text) in call.Values)
        {
            if (text.Any(char.IsControl))
                throw new ArgumentException($"The value {key} holds a control character.", nameof(call));
            input.Append(key).Append('=').Append(text).Append('\n');
        }
        foreach (var (name, text) in call.Files)
            input.Append("file.").Append(name).Append('=').Append(Base64Of(text)).Append('\n');
        return input.Append('\n').ToString();
    }

    private static string Base64Of(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static (HostOutcome, string) JudgeSilent(HostCall call, Answer answer) =>
        answer.FirstLine is null
            ? (
                HostOutcome.Unreachable,
                $"{call.Transport.Name} does not answer: the {call.Program} program said nothing "
                    + $"within {Duration(call.Transport.AnswerLimit)}. Look whether the machine is "
                    + "overloaded or its disk hangs."
            )
            : Stranger(call, answer, "");

    private static (HostOutcome, string) Stranger(HostCall call, Answer answer, string errors) =>
        (
            HostOutcome.Stranger,
            $"What answers on {call.Transport.Name} is not the {call.Program} program with "
                + $"protocol {Protocol}: {answer.Stranger ?? Begin(answer.FirstLine ?? errors)}. "
                + "Install this console's scripts there."
        );

    private static (HostOutcome, string) Judge(HostCall call, Answer answer, CommandResult end)
    {
        var where = call.Transport.Name;
        if (end.Outcome == CommandOutcome.Cancelled)
        {
            return answer.Exit is not null
                ? (HostOutcome.Cancelled, $"Cancelled; {where} has cleaned up.")
                : (
                    HostOutcome.Abandoned,
                    $"Cancelled, but {where} could not be reached: whether the work there has "
                        + "ended is not known. It is cleaned by itself as soon as it answers."
                );
        }
        if (end.Outcome == CommandOutcome.TimedOut)
            return (
                HostOutcome.TimedOut,
                $"{call.Verb} on {where} took longer than its limit of {Duration(call.Limit)} "
                    + "and was ended. Look at the log for what it waited for."
            );
        if (end.Outcome == CommandOutcome.TooMuchOutput)
            return (
                HostOutcome.Failed,
                $"{call.Verb} on {where} was ended because its output did not stop. The end of "
                    + "the log shows what it says."
            );
        if (answer.Stranger is not null || (answer.Program is null && HasEndedItself(call, end)))
        {
            return Stranger(call, answer, end.Errors);
        }
        if (answer.Program is null)
            return (HostOutcome.Unreachable, $"{where} cannot be reached: {Remedies.For(call.Transport, end)}");
        return answer.Exit switch
        {
            0 => (HostOutcome.Done, ""),
            2 => (
                HostOutcome.Refused,
                answer.Error ?? $"{where} refused what it was sent for {call.Verb}; the log says why."
            ),
            null => (
                HostOutcome.CutOff,
                $"The connection to {where} broke off during {call.Verb}: "
                    + $"{Remedies.For(call.Transport, end)} What was begun there is ended as soon "
                    + "as it answers; then try again."
            ),
            var code => (
                HostOutcome.Failed,
                answer.Error ?? $"{call.Verb} on {where} failed with exit code {code}; the log says why."
            ),
        };
    }

    // ssh itself says 255, and a shell 127 of a program that is not there.
    private static bool HasEndedItself(HostCall call, CommandResult end) =>
        end.Outcome == CommandOutcome.Exited
        && end.Fault is null
        && (end.ExitCode is not (255 or 127) || (end.ExitCode == 255 && call.Transport is SshTransport));

    // Foreign text: bytes that are no text are left out.
    private static string Begin(string said)
    {
        var text = new string([.. said.Where(c => !char.IsControl(c) && c != '\uFFFD').Take(80)]).Trim();
        return text.Length == 0
            ? (said.Length == 0 ? "it ended without a word" : "it says no text")
            : $"it says `{text}`";
    }

    private static string Duration(TimeSpan time) =>
        time.TotalMinutes >= 2 ? $"{time.TotalMinutes:0} minutes" : $"{time.TotalSeconds:0} seconds";

    /// <summary>What came so far; lines arrive one at a time.</summary>
    private sealed class Answer(HostCall call, CallDeadlines patience)
    {
        private const int MostResults = 5000,
            MostProgress = 100_000,
            MostLeftOut = 100;
        private double _progress = -1;
        private int _progresses;
        private readonly Dictionary<string, string> _results = new(StringComparer.Ordinal);
        public string? Program { get; private set; }
        public string? Stranger { get; private set; }
        public string? FirstLine { get; private set; }
        public string? Error { get; private set; }
        public int? Exit { get; private set; }
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
            else if (Program is not null && Exit is null)
                Obey(word, rest);
        }

        private void Greet(string rest)
        {
            Program = rest;
            if (rest == $"{call.Program} {Protocol}")
            {
                patience.Keep();
                call.OnReached();
                return;
            }
            Stranger = $"it calls itself `{new string([.. rest.Where(c => !char.IsControl(c)).Take(60)])}`";
            patience.GiveUp();
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
                case "exit" when int.TryParse(rest, out var code):
                    Exit = code;
                    break;
            }
        }
    }
}
