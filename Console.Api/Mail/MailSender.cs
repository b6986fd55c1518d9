using TestServers.Webhooks;

namespace TestServers.Mail;

/// <summary>
/// Sends the e-mail that waits, where the settings name an SMTP server: as webhooks are told, from the same list.
/// </summary>
public sealed class MailSender(
    CurrentSettings settings,
    Deliveries deliveries,
    People people,
    StateFolder state,
    TimeProvider clock,
    ILogger<MailSender> log
) : BackgroundService
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        settings.ForEach<MailSettings>(s => s.Mail is { } mail ? [mail] : [], Serve, stoppingToken);

    private async Task Serve(MailSettings mail, CancellationToken stop)
    {
        using var smtp = new SmtpConnection(mail, Limit);
        await new DeliveryLoop(null, deliveries, clock, log).Run(
            (delivery, end) => Send(smtp, mail, delivery, end),
            smtp.Close,
            stop
        );
    }

    // The address is the one of now: it may have been mended since.
    private async Task<Attempt> Send(SmtpConnection smtp, MailSettings mail, Delivery delivery, CancellationToken stop)
    {
        var now = settings.Now;
        var person = now.People.NameOf(delivery.Notice.Person!);
        if (people.AddressOf(person) is not { } to)
            return new(AttemptEnd.RefusedForGood, $"No e-mail address of {person} is known any more.");
        return await smtp.Send(Letter.Of(delivery, mail.From, to, state.Id, now.PublicUrl), stop);
    }
}
