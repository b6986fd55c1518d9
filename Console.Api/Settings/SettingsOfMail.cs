namespace TestServers.Settings;

/// <summary>How a connection to an SMTP server is encrypted.</summary>
public enum MailTls
{
    /// <summary>It begins without, and nothing is sent before STARTTLS.</summary>
    StartTls,

    /// <summary>From its first byte.</summary>
    Implicit,

    /// <summary>Not at all: for a server on this machine.</summary>
    None,
}

/// <summary>The SMTP server that takes e-mail to people.</summary>
/// <param name="From">Whom they are from.</param>
/// <param name="Port">Null: 587 with STARTTLS, 465 with TLS from the first byte, 25 without.</param>
/// <param name="User">The name that the console signs in with; null: it does not.</param>
public sealed record MailSettings(
    string Host,
    EmailAddress From,
    int? Port = null,
    MailTls Tls = MailTls.StartTls,
    string? User = null,
    string? PasswordFile = null
)
{
    /// <summary>The port that is called.</summary>
    internal int PortOrUsual =>
        Port
        ?? Tls switch
        {
            MailTls.StartTls => 587,
            MailTls.Implicit => 465,
            _ => 25,
        };

    internal void Check()
    {
        ConsoleSettings.Must(
            User is null == PasswordFile is null,
            "mail",
            "has both `user` and `passwordFile`, or neither where the server asks for none"
        );
        ConsoleSettings.Must(
            User is null || Tls != MailTls.None,
            "mail.tls",
            "is startTls or implicit where there is a `user`, as a password does not go over the wire as it is"
        );
    }
}
