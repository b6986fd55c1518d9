using System.Net.Security;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Text;
using TestServers.Webhooks;

namespace TestServers.Mail;

/// <summary>
/// A connection to the SMTP server, made when a letter is sent and kept for those that follow. The one file that knows
/// MailKit, which is not loaded before one is made.
/// </summary>
/// <param name="limit">Of everything that is done for one letter.</param>
public sealed class SmtpConnection(MailSettings settings, TimeSpan limit) : IDisposable
{
    private SmtpClient? _client;
    private string? _doubt;

    /// <summary>Sends a letter. Does not throw but for the stop.</summary>
    public async Task<Attempt> Send(Letter letter, CancellationToken stop)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(limit);
        try
        {
            var client = await Connect(limited.Token);
            using var message = MessageOf(letter);
            var said = await client.SendAsync(message, AddressOf(letter.From), [AddressOf(letter.To)], limited.Token);
            return new(AttemptEnd.Taken, $"To {letter.To}: {Attempt.Beginning(said)}");
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            if (_client is not { IsConnected: true } || EndOf(e) == AttemptEnd.NoAnswer)
                Dispose();
            return new(EndOf(e), $"To {letter.To}: {Attempt.Beginning(Say(e))}");
        }
    }

    /// <summary>Takes leave of the server.</summary>
    public async Task Close(CancellationToken stop)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limited.CancelAfter(limit);
        try
        {
            if (_client is { IsConnected: true } client)
                await client.DisconnectAsync(quit: true, limited.Token);
        }
        catch (Exception e) when (IsTrouble(e))
        {
            // What was sent is sent: it need not say goodbye.
        }
        Dispose();
    }

    public void Dispose()
    {
        _client?.Dispose();
        _client = null;
    }

    private async Task<SmtpClient> Connect(CancellationToken cancel)
    {
        if (_client is { IsConnected: true } kept)
            return kept;
        Dispose();
        _doubt = null;
        var client = _client = new()
        {
            // Who revokes a certificate of a company's own CA says so nowhere that could be asked.
            CheckCertificateRevocation = false,
            ServerCertificateValidationCallback = (_, _, chain, errors) =>
            {
                if (errors == SslPolicyErrors.None)
                    return true;
                _doubt = string.Join(", ", [errors, .. chain?.ChainStatus.Select(s => (object)s.Status) ?? []]);
                return false;
            },
        };
        var tls = settings.Tls switch
        {
            MailTls.StartTls => SecureSocketOptions.StartTls,
            MailTls.Implicit => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.None,
        };
        await client.ConnectAsync(settings.Host, settings.PortOrUsual, tls, cancel);
        if (settings is { User: { } user, PasswordFile: { } file })
            await client.AuthenticateAsync(user, (await File.ReadAllTextAsync(file, cancel)).Trim(), cancel);
        return client;
    }

    private static MimeMessage MessageOf(Letter letter)
    {
        var message = new MimeMessage
        {
            Subject = letter.Subject,
            Date = letter.At,
            MessageId = letter.Id,
            Body = new TextPart(TextFormat.Plain)
            {
                Text = letter.Text,
                ContentTransferEncoding = ContentEncoding.QuotedPrintable,
            },
        };
        message.From.Add(new MailboxAddress("Test server console", letter.From.Text));
        message.To.Add(AddressOf(letter.To));
        // Nobody's absence is answered to the console.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        return message;
    }

    private static MailboxAddress AddressOf(EmailAddress address) => new(name: null, address.Text);

    // A 5xx of the letter or its recipient is for good. All else may be the server's, or the settings'.
    private static AttemptEnd EndOf(Exception e) =>
        e switch
        {
            SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable } => AttemptEnd.NoAnswer,
            SmtpCommandException
            {
                ErrorCode: SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted
            } refused => (int)refused.StatusCode / 100 == 5 ? AttemptEnd.RefusedForGood : AttemptEnd.Refused,
            SmtpCommandException => AttemptEnd.Refused,
            _ => AttemptEnd.NoAnswer,
        };

    private string Say(Exception e) =>
        e switch
        {
            SmtpCommandException refused => $"SMTP {(int)refused.StatusCode}: {refused.Message}",
            OperationCanceledException => $"No answer within {limit.TotalSeconds:0.#} s.",
            SslHandshakeException when _doubt is not null => $"The certificate of {settings.Host} is not believed "
                + $"({_doubt}). Where a CA of your own has signed it, have this machine trust that "
                + "(update-ca-certificates).",
            SslHandshakeException => $"No TLS with {settings.Host}: {e.InnerException?.Message}",
            NotSupportedException => $"{settings.Host} offers no STARTTLS, and nothing is sent without.",
            AuthenticationException => $"The server does not accept the user {settings.User}: {e.Message}",
            _ when IsTrouble(e) => $"No answer: {e.Message}",
            _ => $"It could not be sent: {e.Message}",
        };

    private static bool IsTrouble(Exception e) =>
        e
            is IOException
                or SocketException
                or ProtocolException
                or CommandException
                or UnauthorizedAccessException
                or TimeoutException
                or ServiceNotConnectedException
                or OperationCanceledException;
}
