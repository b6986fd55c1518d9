using System.Security.Cryptography;
using System.Text;
using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <summary>Where a host program is: behind ssh, or on this machine.</summary>
/// <param name="Name">What people call the host, for messages.</param>
public abstract record Transport(string Name)
{
    /// <summary>The command that starts the host program with this verb and sends it this input.</summary>
    public abstract Command Start(string verb, string input, TimeSpan limit);

    /// <summary>Within this time the host program has said who it is.</summary>
    public abstract TimeSpan AnswerLimit { get; }

    /// <summary>The way to a host program behind ssh that the settings have chosen.</summary>
    /// <param name="controlFolder">Where OpenSSH's shared connections have their sockets.</param>
    public static Transport To(string name, string destination, SshSettings ssh, string controlFolder) =>
        ssh.UsesOpenSsh
            ? new OpenSshTransport(name, destination, ssh, controlFolder)
            : new SshTransport(name, destination, ssh);
}

/// <summary>A program on this machine.</summary>
public sealed record LocalTransport(string Name, string Program, string Config) : Transport(Name)
{
    public override TimeSpan AnswerLimit => TimeSpan.FromSeconds(30);

    public override Command Start(string verb, string input, TimeSpan limit) =>
        new(Program, [Config, verb], limit)
        {
            Input = input,
            Lifeline = true,
            Grace = HostProgram.Grace,
        };
}

/// <summary>A program behind ssh.</summary>
public abstract record RemoteTransport(string Name, string Destination, SshSettings Ssh) : Transport(Name)
{
    public override TimeSpan AnswerLimit => TimeSpan.FromSeconds(Ssh.AnswerSeconds);
}

/// <summary>A program behind a connection that this process keeps itself: <see cref="SshConnections"/>.</summary>
public sealed record SshTransport(string Name, string Destination, SshSettings Ssh)
    : RemoteTransport(Name, Destination, Ssh)
{
    /// <summary>Its program is the line that the host gets: the verb, a word from a closed list.</summary>
    public override Command Start(string verb, string input, TimeSpan limit) =>
        new(verb, [], limit)
        {
            Input = input,
            Lifeline = true,
            Grace = HostProgram.Grace,
        };
}

/// <summary>
/// A program behind the OpenSSH client. One connection a host is kept and shared, for a minute after its last use; a
/// host that falls silent is given up. Nothing but the verb, a word from a closed list, stands on the command line.
/// </summary>
/// <param name="ControlFolder">
/// Where the shared connections' sockets are; its name is short, as a socket's may have 108 bytes.
/// </param>
public sealed record OpenSshTransport(string Name, string Destination, SshSettings Ssh, string ControlFolder)
    : RemoteTransport(Name, Destination, Ssh)
{
    public override Command Start(string verb, string input, TimeSpan limit) =>
        new("ssh", [.. Options(), "--", Destination, verb], limit)
        {
            Input = input,
            Lifeline = true,
            Grace = HostProgram.Grace,
        };

    private IEnumerable<string> Options()
    {
        if (Ssh.Config is not null)
            yield return $"-F{Ssh.Config}";
        yield return "-T";
        string[] settings =
        [
            "BatchMode=yes",
            $"ConnectTimeout={Ssh.ConnectSeconds}",
            $"ServerAliveInterval={Ssh.SilenceSeconds / 2}",
            "ServerAliveCountMax=2",
            "StrictHostKeyChecking=yes",
            "IdentitiesOnly=yes",
            "ForwardAgent=no",
            "ClearAllForwardings=yes",
            "LogLevel=ERROR",
            $"UserKnownHostsFile={Word(Ssh.KnownHosts)}",
            $"IdentityFile={Word(Ssh.Key)}",
            "ControlMaster=auto",
            "ControlPersist=60",
            $"ControlPath={Word($"{ControlFolder}/{Connection}")}",
            $"Port={Ssh.Port}",
            $"User={Ssh.User}",
        ];
        foreach (var setting in settings)
            yield return $"-o{setting}";
    }

    // As long as ssh's own %C, which is of the address, the port and the user alone: with another key it is another
    // program that is reached.
    private string Connection
    {
        get
        {
            object?[] way = [Destination, Ssh.Port, Ssh.User, Ssh.Key, Ssh.KnownHosts, Ssh.Config];
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', way)));
            return Convert.ToHexStringLower(hash.AsSpan(0, 20));
        }
    }

    // ssh takes a blank for the end of a path, and a percent sign for the begin of something of its own.
    private static string Word(string path) =>
        '"'
        + path.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal)
        + '"';
}
