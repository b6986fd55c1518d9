using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <summary>How a call of a host program ended, by what the program has said and how its command ended.</summary>
internal static class HostVerdict
{
    private const int CancelledExit = 143;

    /// <param name="isSilent">It was given up, as it did not say in time that it begins.</param>
    /// <param name="isFirst">The program was started for it.</param>
    public static HostResult Of(HostCall call, HostAnswer answer, CommandResult end, bool isSilent, bool isFirst)
    {
        var (ending, message) =
            !isSilent ? Judge(call, answer, end)
            : isFirst ? JudgeSilent(call, answer)
            : (HostOutcome.CutOff, $"{Silence(call)} What was begun there is ended as soon as it answers.");
        return new(ending, message, answer.Results)
        {
            LeftOut = answer.LeftOut,
            IsUnknown = answer.Program is not null && answer.Stranger is null && answer.Exit is null or CancelledExit,
        };
    }

    private static (HostOutcome, string) JudgeSilent(HostCall call, HostAnswer answer) =>
        answer.FirstLine is null ? (HostOutcome.Unreachable, Silence(call)) : Stranger(call, answer, "");

    private static string Silence(HostCall call) =>
        $"{call.Transport.Name} does not answer: the {call.Program} program said nothing "
        + $"within {Duration(call.Transport.AnswerLimit)}. Look whether the machine is "
        + "overloaded or its disk hangs.";

    private static (HostOutcome, string) Stranger(HostCall call, HostAnswer answer, string errors) =>
        (
            HostOutcome.Stranger,
            $"What answers on {call.Transport.Name} is not the {call.Program} program with "
                + $"protocol {HostProgram.Protocol}: {answer.Stranger ?? Begin(answer.FirstLine ?? errors)}. "
                + "Install this console's scripts there."
        );

    private static (HostOutcome, string) Judge(HostCall call, HostAnswer answer, CommandResult end)
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
}
