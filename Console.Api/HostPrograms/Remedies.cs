using TestServers.Commands;

namespace TestServers.HostPrograms;

/// <summary>What to do about a connection that failed: by its fault, else by what the ssh client says of it.</summary>
internal static class Remedies
{
    /// <summary>The reason, as the last line that was said, and what to do next.</summary>
    /// <param name="end">With what the ssh client or the program on this machine said on standard error.</param>
    public static string For(Transport transport, CommandResult end)
    {
        if (end.Fault is { } fault)
            return $"{fault.Says}. {fault.Advice}";
        var errors = end.Errors;
        var last = errors
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault();
        if (last is not null)
            return $"{last.TrimEnd('.')}. {Of(transport, errors)}";
        // A shared connection that ends tells its users nothing.
        return transport is RemoteTransport ssh
            ? $"the connection was closed without a word, or silent for {ssh.Ssh.SilenceSeconds} "
                + "seconds. Look whether it is up and reachable, and its sshd runs."
            : "the program ended without a word. Look whether somebody has ended it, and at this machine's own log.";
    }

    private static string Of(Transport transport, string errors)
    {
        var keys = transport is RemoteTransport ssh ? ssh.Ssh.KnownHosts : "known_hosts";
        bool Says(string text) => errors.Contains(text, StringComparison.OrdinalIgnoreCase);
        if (Says("key is known for"))
            return $"Add its host key to {keys}.";
        if (Says("host key verification failed"))
            return $"It shows another host key than the one in {keys}: if it was reinstalled, put "
                + "its new key there; else find out who answers at its address.";
        if (Says("permission denied"))
            return "It does not take the console's key: put the key's one right into its authorized_keys.";
        if (Says("could not resolve"))
            return "Look at its address in the settings, and at the name service.";
        if (Says("connection refused"))
            return "Nothing listens there: look whether it is up, and start its sshd.";
        if (Says("invalid characters") || Says("no ssh version") || Says("not an ssh") || Says("banner line"))
            return "What listens there is no sshd: look at its address and port in the settings, and start its sshd.";
        if (Says("closed by remote host") || Says("connection reset") || Says("broken pipe"))
            return "Look whether it is up and reachable, and its sshd runs.";
        return "Look whether it is up, reachable from the console's machine, and not overloaded.";
    }
}
