using TestServers.Builds;
using TestServers.Reservations;
using TestServers.Webhooks;

namespace TestServers.Messages;

/// <summary>The messages of all that people are told; their sentences are made here alone.</summary>
public static class MessageText
{
    /// <summary>The message of what a person is to be told of a reservation or a line.</summary>
    public static Message Of(Concern concern) =>
        new(0, KindOf(concern.Kind), TextOf(concern), default, concern.Server, Number: concern.Number);

    /// <summary>The message to who asked for a build that has ended; null: there is nothing to be told.</summary>
    public static Message? Of(Build build)
    {
        if (IsToldAlready(build))
            return null;
        var what =
            (
                build.Off is null
                    ? $"Your build {build.Id} of {build.App}{(build.Code ? $" {build.Path}" : "")} on {build.Server}"
                    : $"Your build {build.Id}, which takes {build.App} off {build.Server},"
            ) + (build.Follows is null ? "" : $", which follows {build.Path},");
        var (kind, text) = build.State switch
        {
            JobState.Succeeded => (MessageKind.BuildSucceeded, $"{what} has succeeded.{LeftOut(build)}"),
            JobState.Cancelled when build.CancelledBy == build.By => (MessageKind.BuildFailed, null),
            JobState.Cancelled => (
                MessageKind.BuildFailed,
                $"{what} was cancelled{ByOf(build)}: {Said(build.Message)}"
            ),
            JobState.Interrupted => (MessageKind.BuildFailed, $"{what} was interrupted: {Said(build.Message)}"),
            _ => (MessageKind.BuildFailed, $"{what} has failed: {Said(build.Message)}"),
        };
        return text is null ? null : new(0, kind, text, default, build.Server, build.Id, build.Reservation);
    }

    // Of what is built by itself, who has it followed is told when it fails, once, and when it is right again.
    private static bool IsToldAlready(Build build) =>
        build.Follows is { } by
        && build.State != JobState.Cancelled
        && by.AfterFailure != (build.State == JobState.Succeeded);

    /// <summary>The message of what concerns a base.</summary>
    public static Message Of(Notice notice) =>
        new(0, notice.Event, notice.Text, default, Restore: notice.Restore, Base: notice.Base);

    /// <summary>What programs are told of a person's message.</summary>
    public static Notice ForOthers(string person, Message message)
    {
        var page =
            message.Build is { } build ? $"builds/{build}"
            : message.Server is { } server ? $"servers/{server}"
            : "";
        return new(message.Kind, message.Text, page, message.At, person, message.Server, message.Build);
    }

    // Where the reason begins with them, it says it.
    private static string ByOf(Build build) =>
        build.CancelledBy is { } by && build.Message?.StartsWith(by, StringComparison.Ordinal) != true
            ? $" by {by}"
            : "";

    private static string LeftOut(Build build) =>
        build.LeftOut.Length switch
        {
            0 => "",
            1 => " One thing was left out: its page says what.",
            var some => $" {some} things were left out: its page says which.",
        };

    private static MessageKind KindOf(ConcernKind kind) =>
        kind switch
        {
            ConcernKind.YourTurn => MessageKind.YourTurn,
            ConcernKind.PlaceOver => MessageKind.PlaceOver,
            ConcernKind.Free => MessageKind.Free,
            ConcernKind.NewEnd => MessageKind.NewEnd,
            ConcernKind.EndsSoon => MessageKind.EndsSoon,
            ConcernKind.TakenOver => MessageKind.TakenOver,
            ConcernKind.Asked => MessageKind.Asked,
            ConcernKind.Answered => MessageKind.Answered,
            ConcernKind.Given => MessageKind.Given,
            ConcernKind.OutOfService => MessageKind.OutOfService,
            ConcernKind.BackInService => MessageKind.BackInService,
            ConcernKind.Power => MessageKind.Power,
            ConcernKind.PathGone => MessageKind.PathGone,
            ConcernKind.RepositorySilent => MessageKind.RepositorySilent,
            ConcernKind.SavepointEnds or ConcernKind.SavepointTooMany => MessageKind.SavepointEnds,
            ConcernKind.NotMade => MessageKind.NotMade,
            ConcernKind.ServerGoes => MessageKind.ServerGoes,
            _ => MessageKind.Shared,
        };

    private static string TextOf(Concern concern)
    {
        var server = concern.Server?.Text ?? "any free server";
        var until = concern.Until is { } time ? Times.Say(time) : "its end";
        return concern.Kind switch
        {
            ConcernKind.YourTurn => $"It is your turn: {server} is held for you until {until}. Take it before then, "
                + "or the next in line gets it.",
            ConcernKind.PlaceOver => $"Your place in the line for {server} is over"
                + (concern.Text is { } why ? $": {Said(why)}" : ", as its time was up."),
            ConcernKind.Free => $"{server} is free now.",
            ConcernKind.NewEnd => $"{server}, which you wait for, is reserved by {concern.By} until {until} now.",
            ConcernKind.EndsSoon => $"Your reservation of {server} ends in {LeftOf(concern)}, at {until}. "
                + "Extend it if you need it longer.",
            ConcernKind.TakenOver => $"{concern.By} has taken {server} over from you: {Said(concern.Text)}",
            ConcernKind.Asked => $"{concern.By} asks you to release {server}"
                + (concern.Text is { Length: > 0 } asked ? $": {Said(asked)}" : "."),
            ConcernKind.Answered => $"{concern.By} has answered about {server}: {AnswerOf(concern, until)}",
            ConcernKind.Given => $"{concern.By} has given {server} to you, until {until}: {Said(concern.Text)}",
            ConcernKind.OutOfService => $"{concern.By} has put {server} out of service{EndOf(concern)}: "
                + $"{Said(concern.Text)} What you have there, a reservation or a place in its line, stays yours.",
            ConcernKind.BackInService => $"{server} is in service again.",
            ConcernKind.Power => $"{concern.By} has {concern.Text} {server}.",
            ConcernKind.NotMade => Said(concern.Text),
            ConcernKind.ServerGoes =>
                $"{server}, which was made when it was needed, is deleted at {until}, as nobody has it any more. "
                    + "Reserve it before then, and it stays.",
            ConcernKind.PathGone =>
                $"{server} follows {concern.Text}, which is not in the repository any more. Nothing "
                    + "is built until it is there again; build another path, or have it follow none.",
            ConcernKind.RepositorySilent =>
                $"{server} follows {concern.Text}, whose repository does not answer any more. Nothing is built "
                    + $"until it does; it is asked again by itself, and the page of {server} says what is wrong.",
            ConcernKind.SavepointEnds when concern.Until is null =>
                $"Savepoint {concern.Text} of {server} was dropped, as that server is gone.",
            ConcernKind.SavepointTooMany =>
                $"Savepoint {concern.Text} of {server} is dropped at {until}, as {server} has more of them than it may "
                    + "by now. Whoever needs it longer drops a newer one, or goes back to it before then.",
            ConcernKind.SavepointEnds =>
                $"Savepoint {concern.Text} of {server} is dropped at {until}, as it is old then. Whoever needs it "
                    + "longer goes back to it before then, and keeps that state anew.",
            _ => $"{concern.By} lets you build on {server}, too, until {until}: {Said(concern.Text)}",
        };
    }

    private static string EndOf(Concern concern) => concern.Until is { } until ? $" until {Times.Say(until)}" : "";

    // After a pause, or a step of the clock, it is told later than it should be.
    private static string LeftOf(Concern concern) =>
        Math.Round((concern.Until - concern.At)?.TotalMinutes ?? 60) switch
        {
            > 55 => "an hour",
            > 1 and var minutes => $"{minutes} minutes",
            _ => "a minute",
        };

    private static string AnswerOf(Concern concern, string until) =>
        concern.Text switch
        {
            "release" => "it is released.",
            "until" => $"it is needed until {until}.",
            _ => "it is still needed.",
        };

    private static string Said(string? text) =>
        text is null or "" ? "no reason is given."
        : text[^1] is '.' or '!' or '?' ? text
        : $"{text}.";
}
