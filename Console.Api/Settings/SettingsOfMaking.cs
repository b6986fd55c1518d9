using System.Text.RegularExpressions;

namespace TestServers.Settings;

/// <summary>How a server is made for an app, when one is needed and none is free.</summary>
/// <param name="Host">A host of the settings where servers may be made.</param>
/// <param name="Name">What it is called; {number} rises with each, and none is used twice.</param>
/// <param name="Template">The domain of libvirt that is copied; null: Nova makes it of an image.</param>
/// <param name="Image">The id of Glance's image.</param>
/// <param name="Flavor">The id of Nova's flavor.</param>
/// <param name="Network">The id of Neutron's network; or auto, as when left out, or none, as Nova knows them.</param>
/// <param name="KeyPair">Nova's key pair that is let in besides; null: none.</param>
/// <param name="UserData">The file that cloud-init sets it up with; null: image or template need none.</param>
/// <param name="Most">So many at once.</param>
/// <param name="Hours">So long after its last hold it is deleted.</param>
/// <param name="Minutes">One that cannot be used by then is deleted.</param>
public sealed partial record MakeSettings(
    string Host,
    string Name,
    string? Template = null,
    string? Image = null,
    string? Flavor = null,
    string? Network = null,
    string? KeyPair = null,
    string? UserData = null,
    int Most = 1,
    double Hours = 12,
    double Minutes = 20
)
{
    // Nova's schema of a server that is created: 65,535 characters of base64, in groups of four for three bytes each.
    internal const int LongestForNova = 49_149;

    /// <summary>The name of the one with this number; null: it is too long.</summary>
    public ServerName? NameOf(long number) =>
        ServerName.From(
            Name.Replace(
                "{number}",
                number.ToString(System.Globalization.CultureInfo.InvariantCulture),
                StringComparison.Ordinal
            )
        );

    internal void Check(string key, IReadOnlyList<HostSettings> hosts)
    {
        Placeholders.Check(Name, key + ".name", "number");
        ConsoleSettings.Must(
            Name.EndsWith("{number}", StringComparison.Ordinal) && NameOf(1) is not null && NameOf(999_999) is not null,
            key + ".name",
            $"ends with {{number}}, as shop-{{number}} does, and is {ServerName.Rule} with a number of six digits"
        );
        var host = hosts.FirstOrDefault(h => h.Name == Host);
        ConsoleSettings.Must(
            host is not null,
            key + ".host",
            $"names one of hosts{Nearness.Hint(Host, hosts.Select(h => h.Name))}"
        );
        if (host!.OpenStack is { } cloud)
            CheckCloud(cloud, key);
        else
            CheckLibvirt(host, key);
        var pattern = PatternRule.Make(host.Servers);
        ConsoleSettings.Must(
            pattern.IsMatch(NameOf(1)!.Text) && pattern.IsMatch(NameOf(999_999)!.Text),
            key + ".name",
            $"is a name that `servers` of the host {Host}, `{SettingsText.Cut(host.Servers)}`, names; else nobody "
                + "would see the server"
        );
    }

    private void CheckCloud(OpenStackSettings cloud, string key)
    {
        ConsoleSettings.Must(
            cloud.MakeCloud is not null,
            key + ".host",
            "names a host with `openStack` and its `makeCloud`, the credential that may make and delete servers"
        );
        ConsoleSettings.Must(
            cloud.AddressMetadata is null,
            key + ".host",
            "names a host without `addressMetadata`, which nobody writes for a server that was just made"
        );
        ConsoleSettings.Must(
            Template is null,
            key + ".template",
            $"is left out, as {Host} is a project of OpenStack: name `image` and `flavor`"
        );
        ConsoleSettings.Must(
            Image is not null && Flavor is not null,
            key,
            $"has `image` and `flavor`, as {Host} is a project of OpenStack"
        );
    }

    private void CheckLibvirt(HostSettings host, string key)
    {
        ConsoleSettings.Must(
            host.MakeUri is not null,
            key + ".host",
            "names a host with `makeUri`, the connection by which servers may be made and deleted"
        );
        var (ofNova, name) = (Image ?? Flavor ?? Network ?? KeyPair, key + ".template");
        ConsoleSettings.Must(
            ofNova is null,
            key,
            $"has no `image`, `flavor`, `network` and `keyPair`, as {Host} is a machine with libvirt: what the "
                + "template has is copied"
        );
        ConsoleSettings.Must(Template is not null, key, $"has a `template`, as {Host} is a machine with libvirt");
        ConsoleSettings.Must(
            !PatternRule.Make(host.Servers).IsMatch(Template!),
            name,
            $"is a domain that `servers` of the host {Host}, `{SettingsText.Cut(host.Servers)}`, does not name: a "
                + "template is no test server"
        );
        // libvirt's tools take digits for a number of theirs.
        ConsoleSettings.Must(NameOf(1)!.Text.Any(c => !char.IsAsciiDigit(c)), key + ".name", "has a letter in it");
        ConsoleSettings.Must(
            SettingsRules.IsHost(Placeholders.Fill(host.Address, NameOf(999_999)!)),
            key + ".host",
            $"names a host whose `address` is one for any number: they rise, and {host.Address} ends at 255. Let it be "
                + "a name, as {server} is, which your DNS or libvirt's own knows"
        );
    }

    /// <summary>Whether virsh takes a text for the name of a domain, and for nothing else.</summary>
    internal static bool IsTemplate(string text) => TemplateName().IsMatch(text) && !text.All(char.IsAsciiDigit);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\z")]
    private static partial Regex TemplateName();
}
