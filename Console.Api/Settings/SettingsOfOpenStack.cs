using System.Text.Json.Serialization;

namespace TestServers.Settings;

/// <summary>Which of a cloud's addresses is called.</summary>
public enum CloudInterface
{
    Public,
    Internal,
    Admin,
}

/// <summary>
/// A project of OpenStack in the place of a machine with libvirt: by a cloud of a clouds.yaml, as OpenStack's own
/// clients read it, or by the same values here.
/// </summary>
public sealed record OpenStackSettings
{
    /// <summary>A clouds.yaml; a secure.yaml beside it is read, too.</summary>
    public string? CloudsFile { get; init; }

    /// <summary>The cloud of that file.</summary>
    public string? Cloud { get; init; }

    /// <summary>The cloud of that file by which power is switched; null: the same.</summary>
    public string? PowerCloud { get; init; }

    /// <summary>The cloud of that file by which servers are made and deleted; null: none are.</summary>
    public string? MakeCloud { get; init; }

    /// <summary>Where Keystone is.</summary>
    public string? AuthUrl { get; init; }
    public string? ApplicationCredentialId { get; init; }
    public string? Username { get; init; }
    public string? UserDomainName { get; init; }
    public string? ProjectName { get; init; }
    public string? ProjectDomainName { get; init; }

    /// <summary>The file with the application credential's secret, or with the user's password.</summary>
    public string? SecretFile { get; init; }
    public string? RegionName { get; init; }
    public CloudInterface? Interface { get; init; }

    /// <summary>The file with the CA's certificate; null: those that this machine trusts.</summary>
    public string? Cacert { get; init; }

    /// <summary>Whether certificates are looked at.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>Only servers that have all of this among their metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The network whose address is a server's; null: it is `address` of the host.</summary>
    public string? AddressNetwork { get; init; }

    /// <summary>The key of a server's metadata that has its address.</summary>
    public string? AddressMetadata { get; init; }

    /// <summary>How long after an answer Nova is asked again.</summary>
    public double PollSeconds { get; init; } = 1.5;

    // Those that a clouds.yaml has.
    [JsonIgnore]
    private IEnumerable<(string Name, bool IsGiven)> OfCloud =>
        [
            ("authUrl", AuthUrl is not null),
            ("applicationCredentialId", ApplicationCredentialId is not null),
            ("username", Username is not null),
            ("userDomainName", UserDomainName is not null),
            ("projectName", ProjectName is not null),
            ("projectDomainName", ProjectDomainName is not null),
            ("secretFile", SecretFile is not null),
            ("regionName", RegionName is not null),
            ("interface", Interface is not null),
            ("cacert", Cacert is not null),
            ("verify", !Verify),
        ];

    internal void Check(string key, bool hasPower)
    {
        ConsoleSettings.Must(
            CloudsFile is null != AuthUrl is null,
            key,
            "has either `cloudsFile` and `cloud`, or `authUrl` and how to sign in there"
        );
        ConsoleSettings.Must(
            CloudsFile is null == Cloud is null,
            key + ".cloud",
            CloudsFile is null ? "stands beside `cloudsFile`" : "names a cloud of `cloudsFile`"
        );
        ConsoleSettings.Must(
            PowerCloud is null || (CloudsFile is not null && hasPower),
            key + ".powerCloud",
            "stands beside `cloudsFile` and the host's `power`, which says what may be done"
        );
        ConsoleSettings.Must(
            MakeCloud is null || CloudsFile is not null,
            key + ".makeCloud",
            "stands beside `cloudsFile`, of which it names a cloud"
        );
        if (CloudsFile is not null)
        {
            var twice = OfCloud.FirstOrDefault(k => k.IsGiven).Name;
            ConsoleSettings.Must(twice is null, $"{key}.{twice}", "is left out beside `cloudsFile`, which says it");
        }
        else
            CheckOwn(key);
        ConsoleSettings.Must(
            AddressNetwork is null || AddressMetadata is null,
            key + ".addressMetadata",
            "is left out beside `addressNetwork`, as a server has one address"
        );
    }

    /// <summary>What is to be signed in with.</summary>
    /// <param name="key">Of this object in the settings.</param>
    /// <param name="use">What for.</param>
    /// <exception cref="WrongSetting">A file cannot be read, or does not say it.</exception>
    internal Cloud Resolve(string key, HostUse use = HostUse.Look)
    {
        if (CloudsFile is not null)
        {
            var (cloud, name) = use switch
            {
                HostUse.Power when PowerCloud is not null => (PowerCloud, "powerCloud"),
                HostUse.Make when MakeCloud is not null => (MakeCloud, "makeCloud"),
                _ => (Cloud!, "cloud"),
            };
            return CloudsYaml.Read(CloudsFile, cloud, $"{key}.{name}");
        }
        var secret = SettingsFiles.SecretIn(SecretFile!, key + ".secretFile");
        return new(
            AuthUrl!,
            ApplicationCredentialId is { } id
                ? CloudLogin.ByCredential(id, secret)
                : CloudLogin.ByPassword(
                    CloudName.Of(Username!, UserDomainName),
                    CloudName.Of(ProjectName!, ProjectDomainName),
                    secret
                ),
            SecretFile!
        )
        {
            Region = RegionName,
            Interface = Interface ?? CloudInterface.Public,
            CaFile = Cacert,
            Verify = Verify,
        };
    }

    private void CheckOwn(string key)
    {
        ConsoleSettings.Must(
            ApplicationCredentialId is null != Username is null,
            key,
            "has either `applicationCredentialId`, or `username` and `projectName`, beside `authUrl`"
        );
        ConsoleSettings.Must(
            Username is null == ProjectName is null,
            key + ".projectName",
            Username is null ? "stands beside `username`; a credential knows its project" : "names the project"
        );
        ConsoleSettings.Must(
            UserDomainName is null || Username is not null,
            key + ".userDomainName",
            "stands beside `username`"
        );
        ConsoleSettings.Must(
            ProjectDomainName is null || ProjectName is not null,
            key + ".projectDomainName",
            "stands beside `projectName`"
        );
        ConsoleSettings.Must(
            SecretFile is not null,
            key + ".secretFile",
            "names the file with the credential's secret or the user's password"
        );
    }
}
