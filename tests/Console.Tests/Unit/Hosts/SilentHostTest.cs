using Microsoft.Extensions.Time.Testing;

namespace TestServers.Tests.Unit.Hosts;

/// <summary>What is known of a host that does not answer: when it is asked again, and what asks it at once.</summary>
public sealed class SilentHostTest : IAsyncLifetime, IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly PartsInPlace _parts;

    public SilentHostTest() =>
        _parts = new([("qa01", 1), ("qa02", 1)], new Dictionary<string, string>(StringComparer.Ordinal), "", _clock);

    private Inventory Inventory => _parts.The<Inventory>();
    private HostState Host => Inventory.Hosts[0];
    private string Domains => _parts.FileOf("domains.xml");

    public Task InitializeAsync() => _parts.Begin();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Theory, InlineData("read again"), InlineData("changed")]
    public async Task It_says_when_it_is_asked_again_and_settings_that_are_read_again_have_it_asked_at_once(string how)
    {
        Assert.Null(Host.AskedAgain);
        var began = _clock.GetUtcNow();
        File.Move(Domains, Domains + ".away");
        await Wait.Until("virsh has failed", () => Host.Problem is not null);
        Assert.InRange(Host.AskedAgain!.Value, began.AddSeconds(1.2), began.AddSeconds(1.5));
        Assert.Equal(began, Host.AsOf);

        _clock.Advance(TimeSpan.FromMinutes(10));
        var later = _clock.GetUtcNow();
        await Wait.Until("it has failed again", () => Host.AskedAgain > later);
        Assert.InRange(Host.AskedAgain!.Value, later.AddSeconds(12), later.AddSeconds(15));
        Assert.Equal(["qa01", "qa02"], Host.Servers.Select(s => s.Name.Text));

        File.Move(Domains + ".away", Domains);
        var (settings, before) = (_parts.The<CurrentSettings>(), _parts.The<CurrentSettings>().Newest);
        if (how == "changed")
            settings.Replace(before with { Hosts = [before.Hosts[0] with { Address = "127.71.9.1" }] });
        settings.Tell(before);
        await Wait.Until("it is asked, and answers", () => Host.Problem is null, 8);
        Assert.Null(Host.AskedAgain);
        Assert.Equal(later, Host.AsOf);
    }

    [Fact]
    public async Task After_its_first_answer_it_is_asked_as_often_as_before()
    {
        File.Move(Domains, Domains + ".away");
        await Wait.Until("virsh has failed", () => Host.Problem is not null);
        File.Move(Domains + ".away", Domains);
        await Wait.Until("virsh has answered", () => Host.Problem is null);
        var answers = 0;
        Inventory.Asked += (_, _, answered) => answers += answered ? 1 : 0;
        await Wait.Until("it has answered three times", () => answers >= 3, 10);
    }
}
