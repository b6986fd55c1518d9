namespace TestServers.Tests.Unit.Hosts;

/// <summary>A server with an IPv6 address has a page, too: its address has brackets there, and nowhere else.</summary>
public sealed class AddressesOfVersion6Test
{
    [Theory]
    [InlineData("::1", "http://{address}/", "http://[::1]/")]
    [InlineData("::1", "http://[{address}]/", "http://[::1]/")]
    [InlineData("fd00::{number}", "https://{address}:8443/x", "https://[fd00::7]:8443/x")]
    [InlineData("fe80::1%eth0", "http://{address}/", "http://[fe80::1%25eth0]/")]
    [InlineData("10.0.0.{number}", "http://{address}/", "http://10.0.0.7/")]
    [InlineData("{server}.example", "http://{address}/{server}", "http://qa07.example/qa07")]
    public void Its_page_is_an_address_that_can_be_asked(string address, string url, string page)
    {
        var server = ServerName.From("qa07")!;
        var host = new HostSettings("kvm1", "^qa", "qemu:///system", address, url);
        host.Check("hosts[0]");
        var listing = new HostListing([new("qa07", "running")], []);
        var found = Found.Of(host, PatternRule.Make(host.Servers), listing);
        var one = Assert.Single(found.Servers);
        Assert.Equal(page, one.Url);
        Assert.DoesNotContain('[', one.Address);
        Assert.True(Uri.TryCreate(one.Url, UriKind.Absolute, out _));
        Assert.Equal(page + "health", Placeholders.FillPage("{url}health", server, one.Address, one.Url));
        Assert.StartsWith(
            new Uri(page).GetLeftPart(UriPartial.Scheme),
            Placeholders
                .FillPage("http://{address}:81/", server, one.Address)
                .Replace("http", new Uri(page).Scheme, StringComparison.Ordinal),
            StringComparison.Ordinal
        );
    }
}
