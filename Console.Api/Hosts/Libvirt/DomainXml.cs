using System.Xml;
using System.Xml.Linq;

namespace TestServers.Hosts.Libvirt;

/// <summary>A disk of a domain that is its own.</summary>
/// <param name="Target">What the domain calls it, such as vda.</param>
/// <param name="Path">Its file or device; null: <paramref name="Volume"/> says where it is, or nothing does.</param>
internal sealed record DomainDisk(string Target, string? Path, Volume? Volume);

/// <summary>How a domain names a volume.</summary>
/// <param name="Type">file or block.</param>
internal sealed record VolumePlace(string Type, string Path, string? Format)
{
    /// <exception cref="MakingFault">It is neither a file nor a device.</exception>
    public static VolumePlace Of(string xml, Volume volume)
    {
        var found = DomainXml.Read(xml);
        var (type, target) = (found.Attribute("type")?.Value, found.Element("target"));
        return type is "file" or "block" && target?.Element("path")?.Value is { Length: > 0 } path
            ? new(type, path, target.Element("format")?.Attribute("type")?.Value)
            : throw new MakingFault(
                $"The volume {volume.Name} of the pool {volume.Pool} is neither a file nor a device, and only such "
                    + "ones are copied."
            );
    }
}

/// <summary>A domain as libvirt describes it: what of it says that it was made, and what a copy of it is.</summary>
internal sealed class DomainXml
{
    /// <summary>The namespace of the mark among a domain's metadata.</summary>
    private static readonly XNamespace Made = "urn:test-server-console:made";

    // A copy is not one that the command has made.
    private static readonly XNamespace ByHand = "urn:test-server-console:new-guest";

    private readonly XElement _domain;

    private DomainXml(XElement domain) => _domain = domain;

    /// <exception cref="MakingFault">It is none.</exception>
    public static DomainXml Parse(string text) =>
        Read(text) is { Name.LocalName: "domain" } domain
            ? new(domain)
            : throw new MakingFault("virsh answers something that is no domain.");

    /// <exception cref="MakingFault">It is no XML.</exception>
    internal static XElement Read(string text)
    {
        try
        {
            using var reader = XmlReader.Create(
                new StringReader(text),
                new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null }
            );
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            throw new MakingFault("virsh answers something that is no XML.");
        }
    }

    /// <summary>The console's mark; null: it has none.</summary>
    public string? Mark => Server?.Attribute("mark")?.Value;

    /// <summary>The pools that have its disks, as the mark says.</summary>
    public IReadOnlyList<string> Pools => [.. Server?.Elements(Made + "pool").Select(p => p.Value) ?? []];

    /// <summary>Whether it has a file with variables of its firmware.</summary>
    public bool HasNvram => _domain.Element("os")?.Element("nvram") is not null;

    /// <summary>The disks that are its own: no CD in its drive, nor what it only reads or shares with others.</summary>
    public IReadOnlyList<DomainDisk> Disks =>
        [
            .. OwnDisks.Select(d =>
            {
                var source = d.Element("source")!;
                return new DomainDisk(
                    TargetOf(d),
                    source.Attribute("file")?.Value ?? source.Attribute("dev")?.Value,
                    source.Attribute("pool") is { } pool && source.Attribute("volume") is { } volume
                        ? new(pool.Value, volume.Value)
                        : null
                );
            }),
        ];

    /// <summary>A copy of it, as libvirt takes it.</summary>
    /// <param name="disks">Where the copies of its disks are, by their targets.</param>
    /// <param name="seed">Where what cloud-init reads is; null: nothing is.</param>
    public string Copy(
        MadeServer made,
        Guid id,
        IReadOnlyDictionary<string, VolumePlace> disks,
        VolumePlace? seed,
        IEnumerable<string> pools
    )
    {
        var copy = new DomainXml(new(_domain));
        copy.Name(made, id, pools);
        copy.ForgetWhatIsOneMachines();
        foreach (var disk in copy.OwnDisks.ToList())
            Place(disk, disks[TargetOf(disk)]);
        foreach (var drive in copy.AllDisks.Where(d => d.Attribute("device")?.Value is "cdrom" or "floppy"))
            drive.Elements("source").Remove();
        if (seed is not null)
            copy.Add(seed);
        return copy._domain.ToString(SaveOptions.DisableFormatting);
    }

    private XElement? Server => _domain.Element("metadata")?.Element(Made + "server");

    private IEnumerable<XElement> AllDisks => _domain.Element("devices")?.Elements("disk") ?? [];

    private IEnumerable<XElement> OwnDisks =>
        AllDisks.Where(d =>
            d.Attribute("device")?.Value is null or "disk" or "lun"
            && d.Element("source") is not null
            && d.Element("shareable") is null
            && d.Element("readonly") is null
        );

    private static string TargetOf(XElement disk) => disk.Element("target")?.Attribute("dev")?.Value ?? "";

    private void Name(MadeServer made, Guid id, IEnumerable<string> pools)
    {
        _domain.Attribute("id")?.Remove();
        _domain.SetElementValue("name", made.Name.Text);
        _domain.SetElementValue("uuid", id.ToString("d"));
        var metadata = _domain.Element("metadata");
        if (metadata is null)
            _domain.Element("uuid")!.AddAfterSelf(metadata = new("metadata"));
        metadata.Elements().Where(e => e.Name.Namespace == Made || e.Name.Namespace == ByHand).Remove();
        metadata.Add(
            new XElement(
                Made + "server",
                new XAttribute(XNamespace.Xmlns + "console", Made.NamespaceName),
                new XAttribute("mark", made.Mark),
                pools.Distinct(StringComparer.Ordinal).Select(p => new XElement(Made + "pool", p))
            )
        );
    }

    // libvirt chooses them anew where they are left out.
    private void ForgetWhatIsOneMachines()
    {
        _domain
            .Element("sysinfo")
            ?.Elements("system")
            .Elements("entry")
            .Where(e => e.Attribute("name")?.Value == "uuid")
            .Remove();
        if (_domain.Element("genid") is { } generation)
            generation.RemoveNodes();
        if (_domain.Element("os")?.Element("nvram") is { } nvram)
        {
            nvram.RemoveNodes();
            nvram.Attribute("type")?.Remove();
        }
        var devices = _domain.Element("devices");
        devices?.Elements("interface").Elements("mac").Remove();
        devices?.Elements("interface").Elements("target").Remove();
        devices
            ?.Elements("interface")
            .Elements("virtualport")
            .Elements("parameters")
            .Attributes("interfaceid")
            .Remove();
        devices
            ?.Elements("channel")
            .Where(c => c.Attribute("type")?.Value == "unix")
            .Elements("source")
            .Attributes("path")
            .Remove();
        foreach (var graphics in devices?.Elements("graphics").Where(g => g.Attribute("port") is not null) ?? [])
        {
            graphics.Attribute("port")!.Remove();
            graphics.Attribute("tlsPort")?.Remove();
            graphics.Attribute("websocket")?.Remove();
            graphics.SetAttributeValue("autoport", "yes");
        }
    }

    private static void Place(XElement disk, VolumePlace place)
    {
        disk.SetAttributeValue("type", place.Type);
        disk.Elements("backingStore").Remove();
        var source = disk.Element("source")!;
        foreach (var name in new[] { "file", "dev", "pool", "volume", "mode", "index", "startupPolicy" })
            source.Attribute(name)?.Remove();
        source.SetAttributeValue(place.Type == "file" ? "file" : "dev", place.Path);
        if (place.Format is { } format && disk.Element("driver") is { } driver)
            driver.SetAttributeValue("type", format);
    }

    // As the system finds its first disk, it finds this one. Only virtio has no CD, and only it reads a disk alone.
    private void Add(VolumePlace seed)
    {
        var first = OwnDisks.First();
        var bus = first.Element("target")?.Attribute("bus")?.Value ?? "virtio";
        var prefix = TargetOf(first) is { Length: > 1 } target ? target[..^1] : "vd";
        var taken = AllDisks.Select(TargetOf).ToHashSet(StringComparer.Ordinal);
        var free = Enumerable.Range('a', 26).Select(c => prefix + (char)c).First(t => !taken.Contains(t));
        var driver = first.Element("driver")?.Attribute("name")?.Value;
        first.Parent!.Add(
            new XElement(
                "disk",
                new XAttribute("type", seed.Type),
                new XAttribute("device", bus is "virtio" ? "disk" : "cdrom"),
                driver is null
                    ? null
                    : new XElement("driver", new XAttribute("name", driver), new XAttribute("type", "raw")),
                new XElement("source", new XAttribute(seed.Type == "file" ? "file" : "dev", seed.Path)),
                new XElement("target", new XAttribute("dev", free), new XAttribute("bus", bus)),
                new XElement("readonly")
            )
        );
    }
}
