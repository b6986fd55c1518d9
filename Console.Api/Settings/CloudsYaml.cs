using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TestServers.Settings;

/// <summary>
/// Reads a clouds.yaml as OpenStack's own clients do: with the secure.yaml beside it, which completes it. What they
/// would take from elsewhere (vendors' profiles, the environment) is not read, and what is not understood is refused.
/// </summary>
internal static class CloudsYaml
{
    private const int Deepest = 32;
    private static readonly string[] ByPassword = ["password", "v3password"],
        ByCredential = ["v3applicationcredential"];

    /// <param name="key">Of the settings, which names the cloud.</param>
    /// <exception cref="WrongSetting">The file cannot be read, or does not say how to sign in.</exception>
    public static Cloud Read(string file, string cloud, string key)
    {
        var fileKey = key[..(key.LastIndexOf('.') + 1)] + "cloudsFile";
        var clouds = CloudsOf(file, fileKey);
        if (clouds.Under(cloud) is not { } found)
            throw WrongSetting.At(
                key,
                clouds.Names.Any()
                    ? $"names one of the clouds of {file}: "
                        + string.Join(", ", clouds.Names.Select(n => SettingsText.Cut(n)))
                        + Nearness.Hint(cloud, clouds.Names)
                    : $"names a cloud of {file}, which has none"
            );
        var secure = Path.Combine(Path.GetDirectoryName(file)!, "secure.yaml");
        if (file != secure && FileKinds.BehindLinks(secure) != FileKind.Missing)
            found = found.With(CloudsOf(secure, fileKey).Under(cloud));
        return new Reader(found, file, key, cloud).Cloud();
    }

    private static Section CloudsOf(string file, string key) =>
        new Section(Parse(file, key)).Under("clouds")
        ?? throw WrongSetting.At(key, $"names a file whose outermost key is `clouds`, as {file} has none");

    private static YamlMappingNode Parse(string file, string key)
    {
        var text = SettingsFiles.TextOf(file, key);
        try
        {
            MustBeShallow(text, file, key);
            var stream = new YamlStream();
            stream.Load(new MergingParser(new Parser(new StringReader(text))));
            return stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root
                ? root
                : throw WrongSetting.At(key, $"names a file of one YAML document with keys, which {file} is not");
        }
        catch (YamlException e)
        {
            throw WrongSetting.At(
                key,
                $"is YAML, and {file} stops being that in line {e.Start.Line}, character {e.Start.Column}; "
                    + "look there and just before it"
            );
        }
    }

    // What is read by going into itself has an end to how deep that may be.
    private static void MustBeShallow(string text, string file, string key)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            ConsoleSettings.Must(depth <= Deepest, key, $"is YAML of at most {Deepest} levels, and {file} has more");
        }
    }

    /// <summary>Keys with what stands under them.</summary>
    private sealed class Section(params YamlMappingNode[] nodes)
    {
        public IEnumerable<string> Names =>
            nodes.SelectMany(n => n.Children.Keys).OfType<YamlScalarNode>().Select(k => k.Value ?? "").Distinct();

        /// <summary>This, and what another has besides or in its place.</summary>
        public Section With(Section? other) => other is null ? this : new([.. other.Nodes, .. nodes]);

        private YamlMappingNode[] Nodes => nodes;

        public Section? Under(string name)
        {
            var found = All(name).OfType<YamlMappingNode>().ToArray();
            return found.Length > 0 ? new(found) : null;
        }

        /// <summary>The text of a key; null when it is left out or empty.</summary>
        public string? Text(string name) =>
            All(name).OfType<YamlScalarNode>().FirstOrDefault() is { } node && !IsNull(node) ? node.Value : null;

        public bool Has(string name) => All(name).Any();

        private IEnumerable<YamlNode> All(string name) =>
            nodes
                .SelectMany(n => n.Children)
                .Where(c => c.Key is YamlScalarNode key && key.Value == name)
                .Select(c => c.Value);

        private static bool IsNull(YamlScalarNode node) =>
            node.Style == ScalarStyle.Plain && node.Value is null or "" or "~" or "null" or "Null" or "NULL";
    }

    /// <summary>Makes a cloud of its section, or says what it lacks.</summary>
    private sealed class Reader(Section cloud, string file, string key, string name)
    {
        private readonly Section _auth = cloud.Under("auth") ?? new();

        public Cloud Cloud()
        {
            Must(!cloud.Has("profile"), "`profile`, which is not read: write what it stands for into this file");
            var type = cloud.Text("auth_type") ?? "password";
            Must(
                ByPassword.Contains(type, StringComparer.Ordinal)
                    || ByCredential.Contains(type, StringComparer.Ordinal),
                $"the auth_type `{SettingsText.Cut(type)}`: only v3applicationcredential and v3password are known"
            );
            var url = NotNull(_auth.Text("auth_url"), "no auth.auth_url, which says where Keystone is");
            Must(SettingsRules.IsPublicUrl(url), "an auth.auth_url that is no http or https address of a machine");
            Must(
                !url.TrimEnd('/').EndsWith("/v2.0", StringComparison.Ordinal),
                "an auth.auth_url of Keystone's version 2.0: name the address that ends with /v3"
            );
            return new(url, ByCredential.Contains(type, StringComparer.Ordinal) ? Credential() : Password(), file)
            {
                Region = cloud.Text("region_name"),
                Interface = Interface(),
                CaFile = CaFile(),
                Verify = Verify(),
            };
        }

        private CloudLogin Credential()
        {
            var secret = NotNull(_auth.Text("application_credential_secret"), "no auth.application_credential_secret");
            if (_auth.Text("application_credential_id") is { } id)
                return CloudLogin.ByCredential(id, secret);
            var credential = NotNull(_auth.Text("application_credential_name"), "no auth.application_credential_id");
            return new(Named("user", "username"), null, null, credential, secret);
        }

        private CloudLogin Password() =>
            CloudLogin.ByPassword(
                Named("user", "username"),
                Named("project", "project_name"),
                NotNull(_auth.Text("password"), "no auth.password")
            );

        private CloudName Named(string what, string nameKey)
        {
            if (_auth.Text(what + "_id") is { } id)
                return new(id, null, null, null);
            var named = NotNull(_auth.Text(nameKey), $"no auth.{nameKey}");
            var (domainId, domain) = (_auth.Text(what + "_domain_id"), _auth.Text(what + "_domain_name"));
            return domainId is null ? CloudName.Of(named, domain) : new(null, named, domainId, null);
        }

        private CloudInterface Interface() =>
            (cloud.Text("interface") ?? cloud.Text("endpoint_type"))?.Replace(
                "URL",
                "",
                StringComparison.Ordinal
            ) switch
            {
                null or "public" => CloudInterface.Public,
                "internal" => CloudInterface.Internal,
                "admin" => CloudInterface.Admin,
                _ => throw Wrong("an interface that is none of public, internal and admin"),
            };

        private string? CaFile()
        {
            if (cloud.Text("cacert") is not { } path)
                return null;
            var full = path.StartsWith("~/", StringComparison.Ordinal)
                ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
                : Path.GetFullPath(path, Path.GetDirectoryName(file)!);
            Must(
                FileKinds.BehindLinks(full) == FileKind.Regular,
                $"a cacert that is no file which the console's account may see: {full}"
            );
            return full;
        }

        private bool Verify() =>
            cloud.Text("verify")?.ToLowerInvariant() switch
            {
                null or "true" or "yes" or "on" => true,
                "false" or "no" or "off" => false,
                _ => throw Wrong("a verify that is neither true nor false"),
            };

        private string NotNull(string? value, string lacking) => value ?? throw Wrong(lacking);

        private void Must(bool right, string has)
        {
            if (!right)
                throw Wrong(has);
        }

        private WrongSetting Wrong(string has) =>
            WrongSetting.At(
                key,
                $"names a cloud of which {file} says how to sign in; {SettingsText.Cut(name)} has {has}"
            );
    }
}
