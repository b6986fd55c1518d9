namespace TestServers.Tests.Unit.Settings;

/// <summary>A clouds.yaml as OpenStack's clients take it, and what is told of one that does not say enough.</summary>
public sealed class CloudsYamlTest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["clouds.yaml"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_of_openstack_application_credential_is_read()
    {
        var cloud = Read(
            """
            # by Horizon
            clouds:
              openstack:
                auth:
                  auth_url: https://cloud.example:5000
                  application_credential_id: "a1b2"
                  application_credential_secret: "sesame"
                region_name: "RegionOne"
                interface: "public"
                identity_api_version: 3
                auth_type: "v3applicationcredential"
            """,
            "openstack"
        );
        Assert.Equal("https://cloud.example:5000/v3", cloud.AuthUrl);
        Assert.Equal(
            ("RegionOne", CloudInterface.Public, null, true),
            (cloud.Region, cloud.Interface, cloud.CaFile, cloud.Verify)
        );
        Assert.Equal("sesame", cloud.Login.Secret);
        Assert.Equal("openstack+https://cloud.example:5000/v3#RegionOne/a1b2", cloud.Uri);
        Assert.DoesNotContain("sesame", $"{cloud.Login} {cloud.Uri} {cloud.Way}", StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_a_user_is_read_with_what_secure_yaml_adds()
    {
        File.WriteAllText(_folder["ca.pem"], "x");
        File.WriteAllText(_folder["secure.yaml"], "clouds: { qa: { auth: { password: \"se same\" } } }\n");
        var cloud = Read(
            """
            clouds:
              qa:
                auth:
                  auth_url: http://cloud.example/identity/v3/
                  username: console
                  project_name: qa
                  password: ~
                  user_domain_id: default
                endpoint_type: internalURL
                cacert: ca.pem
                verify: no
            """
        );
        Assert.Equal("http://cloud.example/identity/v3", cloud.AuthUrl);
        Assert.Equal(
            ("console@default", "qa@Default", "se same"),
            (cloud.Login.User!.ToString(), cloud.Login.Project!.ToString(), cloud.Login.Secret)
        );
        Assert.Equal(
            (CloudInterface.Internal, _folder["ca.pem"], false),
            (cloud.Interface, cloud.CaFile, cloud.Verify)
        );
    }

    [Theory]
    [InlineData("", "names a file of one YAML document with keys")]
    [InlineData("- a\n", "names a file of one YAML document with keys")]
    [InlineData("clouds:\n  qa:\n\tauth: x\n", "is YAML, and ")]
    [InlineData("clouds: { qa: \"x\n", "stops being that in line ")]
    [InlineData("a: 1\n---\nb: 2\n", "names a file of one YAML document with keys")]
    [InlineData("cloud: {}\n", "names a file whose outermost key is `clouds`")]
    [InlineData("clouds:\n", "names a file whose outermost key is `clouds`")]
    [InlineData("clouds: {}\n", "which has none")]
    [InlineData("clouds: { qb: {}, other: {} }\n", "qb, other; did you mean `qb`?")]
    [InlineData("clouds: { qa: x }\n", "names one of the clouds of ")]
    [InlineData("clouds: { qa: { profile: rackspace } }\n", "has `profile`, which is not read")]
    [InlineData("clouds: { qa: { auth_type: v3oidcpassword } }\n", "has the auth_type `v3oidcpassword`: only")]
    [InlineData("clouds: { qa: {} }\n", "has no auth.auth_url")]
    [InlineData("clouds: { qa: { auth: { auth_url: 'cloud.example' } } }\n", "is no http or https address")]
    [InlineData("clouds: { qa: { auth: { auth_url: 'http://c/v2.0/' } } }\n", "of Keystone's version 2.0")]
    [InlineData("clouds: { qa: { auth: { auth_url: 'http://c' } } }\n", "has no auth.username")]
    [InlineData("clouds: { qa: { auth: { auth_url: 'http://c', username: u } } }\n", "has no auth.project_name")]
    [InlineData(
        "clouds: { qa: { auth: { auth_url: 'http://c', username: u, project_id: p } } }\n",
        "has no auth.password"
    )]
    [InlineData(
        "clouds: { qa: { auth_type: v3applicationcredential, auth: { auth_url: 'http://c' } } }\n",
        "has no auth.application_credential_secret"
    )]
    [InlineData("clouds: { qa: { interface: outer, LOGIN } }\n", "has an interface that is none of")]
    [InlineData("clouds: { qa: { cacert: none.pem, LOGIN } }\n", "has a cacert that is no file")]
    [InlineData("clouds: { qa: { verify: maybe, LOGIN } }\n", "has a verify that is neither true nor false")]
    public void What_it_lacks_is_told(string text, string said)
    {
        var login = "auth: { auth_url: 'http://c', username: u, project_name: p, password: sesame }";
        var wrong = Assert.Throws<WrongSetting>(() => Read(text.Replace("LOGIN", login, StringComparison.Ordinal)));
        Assert.Contains(said, wrong.Message, StringComparison.Ordinal);
        Assert.StartsWith("`hosts[0].openStack.cloud", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_writes_ends_in_a_sentence_too()
    {
        foreach (
            var text in new[]
            {
                new string('[', 100_000),
                string.Concat(Enumerable.Repeat("{a: ", 50_000)),
                "clouds: &a { qa: *a }",
                "? [a]\n: b\nclouds: { ? { x: y } : z }",
                "clouds: { qa: 1, qa: 2 }",
                "clouds: { qa: *none }",
                "\0",
            }
        )
            Assert.Throws<WrongSetting>(() => Read(text));
    }

    private Cloud Read(string text, string cloud = "qa")
    {
        File.WriteAllText(Path, text);
        return CloudsYaml.Read(Path, cloud, "hosts[0].openStack.cloud");
    }
}
