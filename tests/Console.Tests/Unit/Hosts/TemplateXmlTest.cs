using System.Xml.Linq;
using TestServers.Hosts.Libvirt;

namespace TestServers.Tests.Unit.Hosts;

/// <summary>What a copy of a template is, where a template has more than a usual machine.</summary>
public sealed class TemplateXmlTest
{
    private static readonly Guid Id = Guid.Parse("0f2f6c1e-3b7a-4b53-9a5d-6d1b7a0c9e11");
    private static readonly MadeServer Made = new(
        ServerName.From("qa-7")!,
        "kvm1",
        AppName.From("shop")!,
        $"console/{Id:n}",
        DateTimeOffset.UnixEpoch,
        20,
        12
    );
    private const string Template = """
        <domain type='kvm' id='4'>
          <name>golden</name>
          <uuid>6e4a1f0e-4d6c-4c0b-9d53-0a2d6e1f0c11</uuid>
          <genid>aaaaaaaa-4d6c-4c0b-9d53-0a2d6e1f0c11</genid>
          <metadata>
            <o:os xmlns:o="http://libosinfo.org/xmlns/libvirt/domain/1.0" id="debian"/>
            <c:server xmlns:c="urn:test-server-console:made" mark="of/the-template"><c:pool>old</c:pool></c:server>
            <g:guest xmlns:g="urn:test-server-console:new-guest">made</g:guest>
          </metadata>
          <sysinfo type='smbios'>
            <system><entry name='uuid'>6e4a1f0e</entry><entry name='sku'>x</entry></system>
          </sysinfo>
          <os firmware='efi'><nvram template='/usr/share/VARS.fd'>/var/lib/libvirt/nvram/golden.fd</nvram></os>
          <devices>
            <disk type='volume' device='disk'>
              <driver name='qemu' type='raw'/><source pool='vg' volume='golden' mode='host'/>
              <target dev='sda' bus='BUS'/>
            </disk>
            <disk type='file' device='cdrom'>
              <source file='/iso/seed.iso'/><target dev='sdb' bus='sata'/><readonly/>
            </disk>
            <disk type='file' device='disk'><source file='/s.img'/><target dev='sdc' bus='BUS'/><shareable/></disk>
            <interface type='network'><mac address='52:54:00:11:11:11'/><source network='default'/></interface>
            <interface type='bridge'>
              <source bridge='ovs'/><target dev='tap-golden'/>
              <virtualport type='openvswitch'><parameters interfaceid='77777777' profileid='p1'/></virtualport>
            </interface>
            <channel type='unix'><source mode='bind' path='/x/golden.agent'/><target type='virtio' name='a'/></channel>
            <graphics type='spice' port='5900' tlsPort='5901' websocket='5902' autoport='no' passwd='sesame'/>
          </devices>
        </domain>
        """;

    [Theory]
    [InlineData("virtio", "disk")]
    [InlineData("sata", "cdrom")]
    [InlineData("scsi", "cdrom")]
    public void What_is_one_machines_alone_is_new_and_the_rest_is_as_it_was(string bus, string seedAs)
    {
        var template = DomainXml.Parse(Template.Replace("BUS", bus, StringComparison.Ordinal));
        Assert.Equal(new DomainDisk("sda", null, new("vg", "golden")), Assert.Single(template.Disks));
        var text = template.Copy(
            Made,
            Id,
            new Dictionary<string, VolumePlace>(StringComparer.Ordinal) { ["sda"] = new("block", "/dev/vg/c", null) },
            new("file", "/pool/seed", "raw"),
            ["vg", "vg"]
        );
        var copy = DomainXml.Parse(text);
        Assert.Equal((Made.Mark, "vg"), (copy.Mark, Assert.Single(copy.Pools)));
        Assert.True(copy.HasNvram);
        var xml = XElement.Parse(text);
        Assert.Equal(("qa-7", $"{Id:d}"), (xml.Element("name")!.Value, xml.Element("uuid")!.Value));
        Assert.Equal(["os", "server"], xml.Element("metadata")!.Elements().Select(e => e.Name.LocalName));
        foreach (var gone in new[] { "6e4a1f0e", "aaaaaaaa", "golden", "52:54", "of/the", "590", "7777777", "/iso" })
            Assert.DoesNotContain(gone, text, StringComparison.Ordinal);
        foreach (var kept in new[] { "debian", "VARS.fd", ">x<", "sesame", "/s.img", "network=\"default\"", "\"p1\"" })
            Assert.Contains(kept, text, StringComparison.Ordinal);
        var disks = xml.Descendants("disk").ToList();
        Assert.Equal("<source dev=\"/dev/vg/c\" />", disks[0].Element("source")!.ToString());
        Assert.Equal(
            ("file", seedAs, "sdd", bus, "/pool/seed", true),
            (
                disks[3].Attribute("type")!.Value,
                disks[3].Attribute("device")!.Value,
                disks[3].Element("target")!.Attribute("dev")!.Value,
                disks[3].Element("target")!.Attribute("bus")!.Value,
                disks[3].Element("source")!.Attribute("file")!.Value,
                disks[3].Element("readonly") is not null
            )
        );
    }

    [Theory]
    [InlineData("", "no XML")]
    [InlineData("<domain>", "no XML")]
    [InlineData("<!DOCTYPE d [<!ENTITY e 'x'>]><domain>&e;</domain>", "no XML")]
    [InlineData("<volume/>", "no domain")]
    public void What_is_no_domain_is_told(string text, string said) =>
        Assert.Contains(
            said,
            Assert.Throws<MakingFault>(() => DomainXml.Parse(text)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_volumes_name_has_the_mark_in_it_and_ends_as_the_one_that_is_copied()
    {
        var own = OwnNames.Of(Made);
        Assert.Equal($"qa-7-{Id:n}-vda.qcow2", own.VolumeOf("vda", "golden.qcow2"));
        Assert.Equal($"qa-7-{Id:n}-vda", own.VolumeOf("vda", "golden"));
        Assert.Equal($"qa-7-{Id:n}-vda", own.VolumeOf("vda", "golden. x"));
        Assert.Throws<MakingFault>(() => OwnNames.Of(Made with { Mark = "another/mark" }));
    }
}
