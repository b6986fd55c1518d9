using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TestServers.Hosts.OpenStack;

/// <summary>A token as Keystone has given it.</summary>
/// <param name="Nova">Where Nova is, by the catalog.</param>
/// <param name="Life">How long it holds.</param>
internal sealed record KeystoneToken(string Text, string Nova, TimeSpan Life);

/// <summary>Builds the call that signs in to Keystone, version 3, and reads its answer; calls nobody.</summary>
internal static class Keystone
{
    /// <summary>A catalog has some kilobytes.</summary>
    public const int MostBytes = 4 << 20;

    public static string Who(Cloud cloud) => $"Keystone at {cloud.AuthUrl}";

    public static HttpRequestMessage SignIn(Cloud cloud) =>
        new(HttpMethod.Post, cloud.AuthUrl + "/auth/tokens")
        {
            Content = Members.Content(
                new() { ["auth"] = cloud.Login.IsCredential ? Credential(cloud.Login) : Password(cloud.Login) }
            ),
        };

    /// <param name="now">To tell a token's life where Keystone does not say when it was given.</param>
    /// <exception cref="CloudFault">There is no token, or it is of no use.</exception>
    public static KeystoneToken Read(CloudAnswer answer, Cloud cloud, DateTimeOffset now)
    {
        if (answer.Status is 401)
            throw new CloudFault(
                cloud.Login.IsCredential
                    ? $"{answer.Who} refuses the application credential (HTTP 401): its secret in {cloud.File} is "
                        + "wrong, or it has ended or was removed. Make a new one: openstack application credential "
                        + "create --role reader NAME."
                    : $"{answer.Who} refuses the user {cloud.Login.User} (HTTP 401): the password in {cloud.File} is "
                        + "wrong, or the user may not sign in to that project."
            )
            {
                IsRefusal = true,
            };
        if (!answer.IsSuccess)
            throw answer.Fault(
                (403, "The user may not sign in to that project."),
                (404, "Look at the address: Keystone's version 3 is expected there."),
                (300, "Look at the address: it is to end with /v3.")
            );
        using var json = answer.Json();
        var token = Members.Of(json.RootElement, "token", JsonValueKind.Object);
        if (
            token is not { } found
            || Members.Time(found, "expires_at") is not { } ends
            || answer.Token is not { Length: > 0 and < 16_384 } text
            || text.Any(c => c is <= ' ' or > '~')
        )
            throw new CloudFault($"{answer.Who} answers without a token. Look at what answers at that address.");
        return new(text, NovaOf(found, cloud), ends - (Members.Time(found, "issued_at") ?? now));
    }

    private static JsonObject Credential(CloudLogin login)
    {
        var credential = new JsonObject { ["secret"] = login.Secret };
        if (login.CredentialId is { } id)
            credential["id"] = id;
        else
        {
            credential["name"] = login.CredentialName;
            credential["user"] = Named(login.User!);
        }
        return new()
        {
            ["identity"] = new JsonObject
            {
                ["methods"] = new JsonArray("application_credential"),
                ["application_credential"] = credential,
            },
        };
    }

    private static JsonObject Password(CloudLogin login)
    {
        var user = Named(login.User!);
        user["password"] = login.Secret;
        return new()
        {
            ["identity"] = new JsonObject
            {
                ["methods"] = new JsonArray("password"),
                ["password"] = new JsonObject { ["user"] = user },
            },
            ["scope"] = new JsonObject { ["project"] = Named(login.Project!) },
        };
    }

    private static JsonObject Named(CloudName name)
    {
        if (name.Id is { } id)
            return new() { ["id"] = id };
        return new()
        {
            ["name"] = name.Name,
            ["domain"] = name.DomainId is { } domain
                ? new JsonObject { ["id"] = domain }
                : new JsonObject { ["name"] = name.DomainName },
        };
    }

    private static string NovaOf(JsonElement token, Cloud cloud)
    {
        var wanted = cloud.Interface.ToString().ToLower(CultureInfo.InvariantCulture);
        var all = (
            from service in Members.Items(token, "catalog")
            where Members.Text(service, "type") == "compute"
            from endpoint in Members.Items(service, "endpoints")
            let region = Members.Text(endpoint, "region_id") ?? Members.Text(endpoint, "region") ?? ""
            let kind = Members.Text(endpoint, "interface") ?? ""
            select (Region: region, Interface: kind, Url: Members.Text(endpoint, "url") ?? "")
        ).ToList();
        var fitting = all.Where(e => e.Interface == wanted && (cloud.Region is null || e.Region == cloud.Region))
            .ToList();
        if (fitting.Count == 0)
            throw new CloudFault(
                $"The catalog of {Who(cloud)} has no {wanted} address of Nova (compute)"
                    + (cloud.Region is null ? "" : $" in the region {cloud.Region}")
                    + (
                        all.Count == 0
                            ? ": Nova is not in it, or the credential may not see it."
                            : $"; it has {Listed(all.Select(e => $"{e.Interface} in {e.Region}"))}. Look at the region "
                                + "and the interface in the settings."
                    )
            );
        var places = fitting.Select(e => e.Url).Distinct(StringComparer.Ordinal).ToList();
        if (places.Count > 1)
            throw new CloudFault(
                $"The catalog of {Who(cloud)} has Nova in several regions: "
                    + $"{Listed(fitting.Select(e => e.Region))}. Name one in the settings."
            );
        var url = places[0].TrimEnd('/');
        if (!SettingsRules.IsWebAddress(url) || new Uri(url).UserInfo.Length > 0 || url.IndexOfAny(['?', '#']) >= 0)
            throw new CloudFault(
                $"The catalog of {Who(cloud)} has `{Found.Clean(url)}` for Nova, which is no http or https "
                    + "address."
            );
        // A token opens all that the credential may.
        if (IsTls(cloud.AuthUrl) && !IsTls(url))
            throw new CloudFault(
                $"The catalog of {Who(cloud)} has Nova at {Found.Clean(url)}, without TLS: a token is not "
                    + "sent there. Correct the catalog, or choose another interface."
            );
        return url;
    }

    private static bool IsTls(string url) => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    private static string Listed(IEnumerable<string> names) =>
        string.Join(", ", names.Distinct(StringComparer.Ordinal).Take(10).Select(n => Found.Clean(n)));
}
