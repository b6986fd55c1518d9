using System.Diagnostics;
using TestServers.Mail;
using TestServers.Webhooks;

namespace TestServers.Tests.Unit.Mail;

/// <summary>What becomes of a letter with SMTP servers as they are.</summary>
public sealed class SmtpConnectionTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_refusal_for_now_is_tried_again_one_for_good_is_not_and_others_are_sent_all_the_same()
    {
        await using var server = await SmtpServer.Start();
        using var smtp = new SmtpConnection(At(server, MailTls.None), Limit);
        var later = await smtp.Send(To("later"), default);
        Assert.Equal(AttemptEnd.Refused, later.End);
        Assert.Equal("To later@qa.example: SMTP 451: 4.7.1 Come back later", later.Answer);
        var nobody = await smtp.Send(To("nobody"), default);
        Assert.Equal(AttemptEnd.RefusedForGood, nobody.End);
        Assert.Equal("To nobody@qa.example: SMTP 550: 5.1.1 There is nobody of that name", nobody.Answer);
        Assert.Equal(AttemptEnd.Taken, (await smtp.Send(To("anna"), default)).End);
        var taken = await smtp.Send(To("later"), default);
        Assert.Equal("To later@qa.example: 2.0.0 Taken as 2", taken.Answer);
        await smtp.Close(default);
        Assert.Equal(
            ["anna@qa.example", "later@qa.example"],
            server.Letters.Select(l => l.GetProperty("to")[0].GetString())
        );
    }

    [Fact]
    public async Task One_that_hangs_or_is_not_there_is_left_within_the_limit()
    {
        await using var server = await SmtpServer.Start();
        using var smtp = new SmtpConnection(At(server, MailTls.None), TimeSpan.FromSeconds(1));
        var clock = Stopwatch.StartNew();
        var silent = await smtp.Send(To("silent"), default);
        Assert.Equal(AttemptEnd.NoAnswer, silent.End);
        Assert.Equal("To silent@qa.example: No answer within 1 s.", silent.Answer);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.9, 8);
        Assert.Equal(AttemptEnd.Taken, (await smtp.Send(To("anna"), default)).End);
        using var none = new SmtpConnection(new("127.0.0.1", Console, LocalTools.FreePort(), MailTls.None), Limit);
        var gone = await none.Send(To("anna"), default);
        Assert.Equal(AttemptEnd.NoAnswer, gone.End);
        Assert.Contains("No answer: Connection refused", gone.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_letter_nor_password_is_sent_to_a_server_that_is_not_believed()
    {
        // Its certificate is signed by nobody whom this machine trusts.
        await using var server = await SmtpServer.Start("--tls", "--user", $"{SmtpServer.User}:{SmtpServer.Password}");
        await using var plain = await SmtpServer.Start();
        using var wrong = new SmtpConnection(At(server, MailTls.StartTls), Limit);
        var told = await wrong.Send(To("anna"), default);
        Assert.Equal(AttemptEnd.NoAnswer, told.End);
        Assert.Contains("The certificate of 127.0.0.1 is not believed (", told.Answer, StringComparison.Ordinal);
        Assert.Contains("UntrustedRoot", told.Answer, StringComparison.Ordinal);
        using var without = new SmtpConnection(At(plain, MailTls.StartTls), Limit);
        told = await without.Send(To("anna"), default);
        Assert.Equal(AttemptEnd.NoAnswer, told.End);
        Assert.Contains("127.0.0.1 offers no STARTTLS", told.Answer, StringComparison.Ordinal);
        // One that speaks TLS from the first byte on, and one that does not, end in time, too.
        using var other = new SmtpConnection(At(plain, MailTls.Implicit), Limit);
        Assert.Equal(AttemptEnd.NoAnswer, (await other.Send(To("anna"), default)).End);
        Assert.Empty(server.Letters.Concat(plain.Letters));
    }

    private static readonly EmailAddress Console = EmailAddress.From("console@qa.example")!;

    private static MailSettings At(SmtpServer server, MailTls tls) => new("127.0.0.1", Console, server.Port, tls);

    private static Letter To(string name) =>
        new(
            Console,
            EmailAddress.From($"{name}@qa.example")!,
            "qa01 is free",
            ".\nqa01\n",
            DateTimeOffset.UtcNow,
            "1@qa.example"
        );
}
