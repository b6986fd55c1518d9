using System.Text.RegularExpressions;

namespace TestServers;

/// <summary>A machine whose libvirt runs servers.</summary>
/// <param name="Uri">libvirt's connection URI.</param>
/// <param name="Servers">A regular expression: the domains that are test servers.</param>
/// <param name="Address">A server's address, with {server} and {number}.</param>
/// <param name="Url">A server's own page, with {server}, {number} and {address}.</param>
public sealed record HostSettings(string Name, string Uri, string Servers, string Address = "{server}", string Url = "http://{address}/")
{
    internal void Check()
    {
        Settings.Must(Name.Length is > 0 and <= 64, "hosts.name", "has 1 to 64 characters");
        Settings.Must(Uri.Contains(':', StringComparison.Ordinal) && !Uri.StartsWith('-'), $"hosts.{Name}.uri", "is a libvirt connection URI such as qemu:///system");
        try
        {
            _ = new Regex(Servers, RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new WrongSetting($"`hosts.{Name}.servers` is wrong: it is no regular expression: {e.Message}");
        }
    }
}

/// <summary>How a host program is reached by ssh. The key can do nothing but that program.</summary>
/// <param name="Host">The destination; for guests the server's address.</param>
/// <param name="Config">An ssh_config file to use in place of the account's own.</param>
/// <param name="ConnectSeconds">A host on which no sshd has answered by then is given up.</param>
/// <param name="SilenceSeconds">A connection on which nothing comes for so long is given up; an even number.</param>
/// <param name="AnswerSeconds">A call that the host program has not answered by then is given up.</param>
public sealed record SshSettings(string User, string Key, string KnownHosts, int Port = 22, string Host = "", string? Config = null,
    int ConnectSeconds = 5, int SilenceSeconds = 10, int AnswerSeconds = 30)
{
    internal void Check(string name)
    {
        Settings.Must(ConnectSeconds is >= 1 and <= 300, $"{name}.connectSeconds", "is 1 to 300");
        Settings.Must(SilenceSeconds is >= 2 and <= 600 && SilenceSeconds % 2 == 0, $"{name}.silenceSeconds", "is an even number from 2 to 600");
        Settings.Must(AnswerSeconds is >= 1 and <= 600, $"{name}.answerSeconds", "is 1 to 600");
    }
}

/// <summary>A host program on this machine, reached without ssh.</summary>
public sealed record LocalSettings(string Program, string Config);

/// <summary>How servers are reached, and where the app's files are on them ({server} is replaced).</summary>
public sealed record GuestSettings(SshSettings Ssh, string Folder = "/srv/app");

/// <summary>A machine with PostgreSQL and the database host's program.</summary>
/// <param name="Address">Where apps connect to.</param>
/// <param name="Copies">How many plain copies and restores may run on it at once.</param>
public sealed record DatabaseHostSettings(string Name, string Address, int Port = 5432, int Copies = 2, SshSettings? Ssh = null, LocalSettings? Local = null)
{
    internal void Check()
    {
        Settings.Must(Ssh is null != Local is null, $"databaseHosts.{Name}", "has either `ssh` or `local`");
        Settings.Must(Ssh is null || Ssh.Host.Length > 0, $"databaseHosts.{Name}.ssh.host", "names the machine");
        Ssh?.Check($"databaseHosts.{Name}.ssh");
        Settings.Must(Copies is > 0 and <= 64, $"databaseHosts.{Name}.copies", "is 1 to 64");
    }
}

/// <summary>Copies of servers that are not seen any more.</summary>
/// <param name="KeptDays">
/// For how many days, of which a part is allowed, it is told that a server is not seen before its copy is dropped.
/// </param>
public sealed record CopySettings(double KeptDays = 7)
{
    private const double Least = 0.0001, Most = 3650;

    internal void Check() => Settings.Must(
        KeptDays is >= Least and <= Most,
        "copies.keptDays",
        $"is {Least} to {Most} days. 0 is none: a copy is dropped at once only by a person, "
            + "on the page of the bases or by DELETE api/copies/DATABASE");
}
