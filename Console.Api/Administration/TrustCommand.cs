using TestServers.Commands;
using TestServers.HostPrograms;

namespace TestServers.Administration;

/// <summary>`console hosts trust`: shows what a host shows, and pins it when somebody says that it is right.</summary>
internal static class TrustCommand
{
    public static async Task<int> Run(string settingsFile, string name, bool isSure, CancellationToken cancel)
    {
        var settings = ConsoleSettings.Load(settingsFile, _ => { });
        var runner = new CommandRunner();
        var all = await HostsOfSettings.Find(settings, runner, new(runner), "", cancel);
        var transports = all.TransportsOf(settings).OfType<RemoteTransport>().ToList();
        foreach (var problem in all.Problems)
            await System.Console.Error.WriteLineAsync($"console trust: {problem}");
        var wanted = transports.Where(t => name is "all" || t.Name == name).ToList();
        if (wanted.Count == 0)
        {
            var known = transports.Select(t => t.Name).ToList();
            throw new WrongSetting(
                $"There is no server or database host {SettingsText.Cut(name)} that is reached by ssh"
                    + Nearness.Hint(name, known)
                    + (known.Count > 0 ? $"; there are {string.Join(", ", known)}." : ".")
            );
        }
        // Of all, those of a host that does not answer are not pinned.
        var exit = name is "all" && all.Problems.Any() ? 1 : 0;
        foreach (var transport in wanted)
            exit = Math.Max(exit, await Trust(transport, isSure, cancel));
        return exit;
    }

    private static async Task<int> Trust(RemoteTransport transport, bool isSure, CancellationToken cancel)
    {
        var (key, verdict, problem) = await HostKeys.Ask(transport, cancel);
        var file = transport.Ssh.KnownHosts;
        if (key is null)
            return await Refuse(problem!);
        var shown = $"{transport.Name} ({transport.Destination}): {key.Type} {HostKeys.FingerprintOf(key)}";
        switch (verdict)
        {
            case HostKeyVerdict.Known:
                await System.Console.Out.WriteLineAsync($"{shown}, as in {file}.");
                return 0;
            case HostKeyVerdict.Changed:
                return await Refuse(
                    $"{shown}, and {file} has another key of it. If it was reinstalled: ssh-keygen -f {file} -R "
                        + $"'{HostKeys.NameOf(transport)}', then try again; else find out who answers at its address."
                );
            case HostKeyVerdict.Revoked:
                return await Refuse($"{shown}, which {file} marks as revoked. A host of yours needs a new key.");
        }
        await System.Console.Out.WriteLineAsync(
            $"{shown}. On that machine, ssh-keygen -lf /etc/ssh/ssh_host_{FileOf(key)}_key.pub says the same of the "
                + "right one."
        );
        if (!isSure && !await Ask())
            return await Refuse("It was not pinned.");
        HostKeys.Pin(transport, key);
        await System.Console.Out.WriteLineAsync($"{transport.Name} is pinned in {file}.");
        return 0;
    }

    private static string FileOf(ShownHostKey key) =>
        key.Type switch
        {
            "ssh-ed25519" => "ed25519",
            "ssh-rsa" => "rsa",
            _ => "ecdsa",
        };

    private static async Task<bool> Ask()
    {
        await System.Console.Out.WriteAsync("Pin it? [y/N] ");
        await System.Console.Out.FlushAsync();
        return System.Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static async Task<int> Refuse(string sentence)
    {
        await System.Console.Error.WriteLineAsync($"console hosts trust: {sentence}");
        return 1;
    }
}
