using TestServers.Mail;
using TestServers.Webhooks;

namespace TestServers.Tests.Unit.Mail;

/// <summary>What an e-mail is called.</summary>
public sealed class LetterTest
{
    [Fact]
    public void Each_kind_has_a_subject_of_its_own_which_names_what_it_is_about()
    {
        var from = EmailAddress.From("console@example.org")!;
        var subjects = new List<string>();
        foreach (var kind in Enum.GetValues<MessageKind>())
        {
            var isOfBase = kind is MessageKind.BaseStale or MessageKind.RestoreFailed;
            var isOfBuild = kind is MessageKind.BuildSucceeded or MessageKind.BuildFailed;
            var notice = new Notice(
                kind,
                "A text.",
                "",
                DateTimeOffset.UnixEpoch,
                "anna",
                isOfBase ? null : ServerName.From("qa07"),
                isOfBuild ? JobId.From("17") : null,
                null,
                isOfBase ? BaseName.From("shop") : null
            );
            var subject = Letter.Of(new Delivery(1, null, notice), from, from, "console", null).Subject;
            Assert.Contains(isOfBase ? "shop" : "qa07", subject, StringComparison.Ordinal);
            subjects.Add(subject);
        }
        Assert.Equal(subjects.Distinct(), subjects);
    }
}
