using TestServers.Commands;
using TestServers.Hosts.Libvirt;

namespace TestServers.Tests.Unit.Hosts;

/// <summary>What the console has made is known as such in its host's list, whatever kind of host that is.</summary>
public sealed class MadeServersTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StateFolder _state;

    public MadeServersTest() => _state = new(_folder["state"]);

    public void Dispose()
    {
        _state.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_domain_of_libvirt_that_was_made_is_marked_and_no_other_host_s_of_the_name()
    {
        var server = new MadeServer(ServerName.From("test")!, "kvm1", AppName.From("shop")!, "m", default, 20, 12);
        var file = _state.Open("made.json", MadeState.Empty);
        file.Change(s => s.With(server with { ReadyAt = DateTimeOffset.UnixEpoch }));
        var hosts = new LibvirtHosts(new CommandRunner(), new MadeServers(file));
        foreach (var (name, isMade) in new[] { ("kvm1", true), ("kvm2", false) })
        {
            var host = new HostSettings(name, "^test$", "test:///default");
            var (listing, problem) = await hosts.List(host, CancellationToken.None);
            Assert.Null(problem);
            Assert.Equal([("test", isMade)], listing!.Servers.Select(s => (s.Name, s.IsMade)));
        }
    }
}
