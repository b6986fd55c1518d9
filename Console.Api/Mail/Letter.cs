using TestServers.Webhooks;

namespace TestServers.Mail;

/// <summary>An e-mail to one person. What people have written stands in its text alone, never in its head.</summary>
/// <param name="Id">The same when it is sent again: what stands between &lt; and &gt; in its Message-ID.</param>
public sealed record Letter(
    EmailAddress From,
    EmailAddress To,
    string Subject,
    string Text,
    DateTimeOffset At,
    string Id
)
{
    /// <summary>The letter that tells a person of a notice.</summary>
    /// <param name="console">The id of the console's state.</param>
    /// <param name="publicUrl">Where people open the console; null: that is not known.</param>
    public static Letter Of(Delivery delivery, EmailAddress from, EmailAddress to, string console, string? publicUrl)
    {
        var notice = delivery.Notice;
        var place = publicUrl is null ? "" : $"{publicUrl}/#/{notice.Page}\n\n";
        var text =
            $"{notice.Text}\n\n{place}-- \nThe test server console tells {notice.Person} this. There, the bell at the "
            + "top lets you choose what\nyou are told by e-mail.\n";
        return new(from, to, SubjectOf(notice), text, notice.At, $"{delivery.Id}.{console}@{from.Domain}");
    }

    private static string SubjectOf(Notice notice)
    {
        var server = notice.Server?.Text ?? "any free server";
        return notice.Event switch
        {
            MessageKind.YourTurn => $"It is your turn: {server}",
            MessageKind.PlaceOver => $"Your place in the line for {server} is over",
            MessageKind.Free => $"{server} is free",
            MessageKind.NewEnd => $"{server} has another end",
            MessageKind.EndsSoon => $"Your reservation of {server} ends soon",
            MessageKind.TakenOver => $"{server} was taken over from you",
            MessageKind.Asked => $"You are asked to release {server}",
            MessageKind.Answered => $"You are answered about {server}",
            MessageKind.Given => $"{server} was given to you",
            MessageKind.Shared => $"You may build on {server}",
            MessageKind.OutOfService => $"{server} is out of service",
            MessageKind.BackInService => $"{server} is in service again",
            MessageKind.Power => $"{server} was started, shut down or reset",
            MessageKind.BuildSucceeded => $"Build {notice.Build} on {server} has succeeded",
            MessageKind.BuildFailed => $"Build {notice.Build} on {server} has not succeeded",
            MessageKind.PathGone => $"The branch that {server} follows is gone",
            MessageKind.RepositorySilent => $"The repository of the app on {server} does not answer",
            MessageKind.SavepointEnds => $"A savepoint of {server} is dropped",
            MessageKind.NotMade => $"{server} could not be made for you",
            MessageKind.ServerGoes => $"{server} is deleted soon",
            MessageKind.BaseStale => $"The base {notice.Base} is stale",
            _ => $"The restore of the base {notice.Base} has failed",
        };
    }
}
