namespace TestServers.Settings;

/// <summary>How a project of OpenStack is reached, and how to sign in there. It has the secret, and shows it
/// nowhere.</summary>
/// <param name="authUrl">Where Keystone is, with or without its version.</param>
/// <param name="file">The file that has the secret, to be named when it is wrong.</param>
public sealed class Cloud(string authUrl, CloudLogin login, string file)
{
    /// <summary>Keystone's address, which ends with /v3.</summary>
    public string AuthUrl { get; } = WithVersion(authUrl);

    public CloudLogin Login => login;

    /// <summary>The file that has the secret.</summary>
    public string File => file;
    public string? Region { get; init; }
    public CloudInterface Interface { get; init; }
    public string? CaFile { get; init; }
    public bool Verify { get; init; } = true;

    /// <summary>
    /// What is compared with a connection URI: another text may be another project. No secret is in it.
    /// </summary>
    public string Uri => $"openstack+{AuthUrl}#{Region}/{login.Who}";

    /// <summary>How it is called: another one has connections and tokens of its own.</summary>
    internal string Way => $"{Uri} {Interface} {CaFile} {Verify}";

    private static string WithVersion(string url)
    {
        var plain = url.TrimEnd('/');
        return plain.EndsWith("/v3", StringComparison.Ordinal) ? plain : plain + "/v3";
    }
}

/// <summary>A user or a project: by its id, or by its name in a domain.</summary>
public sealed record CloudName(string? Id, string? Name, string? DomainId, string? DomainName)
{
    /// <summary>One by its name; without a domain it is that of most clouds.</summary>
    public static CloudName Of(string name, string? domain) => new(null, name, null, domain ?? "Default");

    public override string ToString() => Id ?? $"{Name}@{DomainId ?? DomainName}";
}

/// <summary>How to sign in to Keystone: by an application credential, or as a user by a password.</summary>
/// <param name="User">Null: an application credential by its id, which knows its user.</param>
/// <param name="Project">Null: an application credential, which knows its project.</param>
/// <param name="CredentialId">The id of an application credential; null: none, or one by its name.</param>
public sealed record CloudLogin(
    CloudName? User,
    CloudName? Project,
    string? CredentialId,
    string? CredentialName,
    string Secret
)
{
    public static CloudLogin ByCredential(string id, string secret) => new(null, null, id, null, secret);

    public static CloudLogin ByPassword(CloudName user, CloudName project, string password) =>
        new(user, project, null, null, password);

    public bool IsCredential => CredentialId is not null || CredentialName is not null;

    /// <summary>Who signs in, for comparisons.</summary>
    public string Who => CredentialId ?? (CredentialName is null ? $"{User}/{Project}" : $"{User}/{CredentialName}");

    /// <summary>Without the secret.</summary>
    public override string ToString() => Who;
}
