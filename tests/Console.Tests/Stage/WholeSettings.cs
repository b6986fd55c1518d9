namespace TestServers.Tests.Stage;

/// <summary>
/// A settings file in which every key stands, with the files that it names; each test makes one thing of it wrong.
/// </summary>
internal sealed class WholeSettings : IDisposable
{
    private const string Text = """
        {
          "listen": { "socket": "run/k.sock" }, "pathBase": "/console", "wwwroot": "page", "state": "state",
            "runtime": "run",
          "log": "plain",
          "hosts": [
            { "name": "kvm1", "uri": "qemu:///system", "servers": "^qa", "address": "{server}.example",
              "url": "http://{address}/", "makeUri": "qemu+ssh://maker@kvm1/system" },
            { "name": "kvm2", "uri": "qemu+ssh://kvm2/system", "servers": "^dev", "address": "10.0.0.{number}",
              "url": "https://{server}/", "power": [ "start", "shutdown" ],
              "powerUri": "qemu+ssh://power@kvm2/system" },
            { "name": "cloud", "servers": "^qc", "power": [ "start" ], "openStack": { "cloudsFile": "clouds.yaml",
              "cloud": "qa", "powerCloud": "power", "makeCloud": "maker", "metadata": { "role": "qa" },
              "addressNetwork": "test", "pollSeconds": 2 } },
            { "name": "cloud2", "servers": "^qd", "openStack": { "authUrl": "https://cloud.example:5000/v3",
              "applicationCredentialId": "a1b2", "secretFile": "cloud", "addressMetadata": "address" } },
            { "name": "cloud3", "servers": "^qe", "openStack": { "authUrl": "https://cloud.example:5000",
              "username": "console", "userDomainName": "Default", "projectName": "qa", "projectDomainName": "Default",
              "secretFile": "cloud", "regionName": "RegionOne", "interface": "internal", "cacert": "ca",
              "verify": true } }
          ],
          "guests": {
            "ssh": { "user": "console", "key": "key", "knownHosts": "known", "port": 22, "config": "ssh_config",
              "transport": "openssh",
              "connectSeconds": 5, "silenceSeconds": 10, "answerSeconds": 30 },
            "folder": "/srv/{server}", "lookMinutes": 2, "severalApps": "^dev" },
          "databaseHosts": [
            { "name": "db1", "address": "db1.example", "port": 5432, "copies": 2,
              "ssh": { "host": "db1.example", "user": "console", "key": "key", "knownHosts": "known", "port": 22,
                "config": "ssh_config", "transport": "openssh",
                "connectSeconds": 5, "silenceSeconds": 10, "answerSeconds": 30 } },
            { "name": "db2", "address": "::1", "port": 5433, "copies": 1, "local": { "program": "program",
              "config": "known" } }
          ],
          "bases": [
            { "name": "shop", "host": "db1", "dump": "shop.dump", "owner": "shop", "spares": 1,
              "staleAfterHours": 26, "jobs": 2, "nights": 1, "alsoOn": [ "db2" ],
              "check": "select true", "sanitize": "select 1",
              "skip": [ "event triggers" ], "allowErrors": [ "^index public" ] },
            { "name": "shop_small", "host": "db1", "dump": "shop_small.dump", "owner": "shop" },
            { "name": "reports", "host": "db2", "dump": "reports.dump", "owner": "shop" } ],
          "copies": { "keptDays": 7 },
          "savepoints": { "perServer": 3, "keptDays": 14 },
          "apps": [
            { "name": "shop", "repository": { "kind": "svn", "url": "https://svn.example/shop",
              "externals": [ "https://svn.example/parts/*" ] }, "templates": "templates", "base": "shop",
              "defaultPath": "trunk", "health": "{url}health", "database": { "user": "shop",
                "passwordFile": "password" },
              "variables": { "colour": "red", "keyboard": "de" }, "secrets": { "cookie": "sesame" },
                "notSecret": [ "keyboard" ],
              "folders": { "venv": { "link": "env", "python": "requirements.txt", "system": true,
                "pip": [ "--no-index" ] } },
              "after": [ { "run": "true", "when": "any", "minutes": 5, "files": [ "settings.py" ] } ],
              "migrations": "django",
              "follow": { "seconds": 30, "hookSecretFile": "password" },
              "kind": "django-apache", "workers": { "mail": "true" },
              "make": { "host": "cloud", "name": "qc-{number}", "image": "a1b2", "flavor": "2", "network": "c3d4",
                "keyPair": "admins", "userData": "ca", "most": 2, "hours": 12, "minutes": 20 } },
            { "name": "desk", "repository": { "kind": "svn", "url": "https://svn.example/shop" },
              "templates": "templates", "variables": { "colour": "blue" },
              "make": { "host": "kvm1", "name": "qa-{number}", "template": "golden" },
              "databases": { "default": [ "shop", "shop_small" ], "reports": [ "reports" ] },
              "database": { "user": "shop", "passwordFile": "password" } },
            { "name": "tickets", "repository": { "kind": "git", "url": "https://git.example/tickets.git",
              "submodules": [ "https://git.example/parts/*" ], "lfs": true }, "templates": "plain" } ],
          "tokens": [
            { "name": "cron", "sha256": "0000000000000000000000000000000000000000000000000000000000000000",
              "may": [ "restore" ] } ],
          "publicUrl": "https://qa.example/console",
          "webhook": { "url": "https://chat.example/hooks/qa" },
          "webhooks": [ { "name": "chat", "url": "https://chat.example/hooks/team", "form": "slack",
            "events": [ "baseStale" ], "secretFile": "password" } ],
          "mail": { "host": "mail.example", "port": 587, "tls": "startTls", "from": "console@qa.example",
            "user": "console", "passwordFile": "password" },
          "people": { "names": "folded", "role": "user", "tokens": 20, "tokenDays": 365,
            "addresses": { "anna": "anna@qa.example" } },
          "groups": [ { "name": "release", "users": [ "anna" ] } ],
          "roles": [ { "role": "administrator", "users": [ "carla" ], "groups": [ "admins" ] } ],
          "protected": [ { "servers": "^release", "groups": [ "release" ] } ],
          "tags": [ { "servers": "^qa", "tags": [ "64 GB" ] } ],
          "reservations": { "defaultHours": 4, "maxHours": 168, "perPerson": 0, "kept": 200,
            "turnMinutes": 10, "lineHours": 168 },
          "builds": { "kept": 500, "keptDays": 90, "perPerson": 20, "waiting": 1000, "history": 50,
            "databaseMinutes": 120,
            "codeMinutes": 60, "afterMinutes": 30, "settingsMinutes": 2, "healthSeconds": 30, "restoreHours": 12,
            "outputMegabytes": 256 },
          "audit": { "days": 730, "megabytes": 500 }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public WholeSettings()
    {
        foreach (var folder in new[] { "page", "templates", "plain", "run" })
            Directory.CreateDirectory(_folder[folder]);
        string[] files = ["page/index.html", "known", "ssh_config", "key", "password", "program", "cloud", "ca"];
        foreach (var file in files)
            File.WriteAllText(_folder[file], "x\n");
        foreach (var name in new[] { "apache.conf", "wsgi.py", "settings.py" })
        {
            File.WriteAllText(_folder["templates/" + name], "# {{variables.colour}}\n");
            File.WriteAllText(_folder["plain/" + name], "#\n");
        }
        File.WriteAllText(
            _folder["clouds.yaml"],
            """
            clouds:
              qa: &qa
                auth_type: v3applicationcredential
                auth:
                  auth_url: https://cloud.example:5000/v3
                  application_credential_id: a1b2
                  application_credential_secret: sesame
              power: *qa
              maker: *qa
            """
        );
        File.WriteAllText(_folder["key"], "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n");
        Shell.Run($"chmod 600 {_folder["key"]}; chmod 755 {_folder["program"]}");
    }

    public string Folder => _folder.Path;
    public string File_ => _folder["console.json"];

    public JsonObject Json { get; } = JsonNode.Parse(Text)!.AsObject();

    public void Dispose() => _folder.Dispose();

    /// <summary>Replaces what stands under a key; null text removes it.</summary>
    public WholeSettings With(string key, string? json)
    {
        var (holder, name) = Find(key);
        // Written by hand, as no library writes what is wrong.
        var mark = $"MARK-{Guid.NewGuid():n}";
        if (holder is JsonArray list)
            list[int.Parse(name)] = mark;
        else if (json is null)
            holder.AsObject().Remove(name);
        else
            holder.AsObject()[name] = mark;
        _marks.Add((mark, json ?? ""));
        return this;
    }

    private readonly List<(string Mark, string Json)> _marks = [];

    public string Written =>
        _marks.Aggregate(
            Json.ToJsonString(),
            (text, m) => text.Replace($"\"{m.Mark}\"", m.Json, StringComparison.Ordinal)
        );

    public ConsoleSettings Load()
    {
        File.WriteAllText(File_, Written);
        return SiteTrial.Load(File_);
    }

    /// <summary>What is said when it cannot be loaded.</summary>
    public string Refusal() => Assert.Throws<WrongSetting>(() => Load()).Message;

    /// <summary>The object or list that holds a key, and the key's name in it.</summary>
    public (JsonNode Holder, string Name) Find(string key)
    {
        JsonNode node = Json;
        var parts = key.Replace("[", ".", StringComparison.Ordinal)
            .Replace("]", "", StringComparison.Ordinal)
            .Split('.');
        foreach (var part in parts[..^1])
            node = node is JsonArray list ? list[int.Parse(part)]! : node[part]!;
        return (node, parts[^1]);
    }

    /// <summary>The key of the whole settings that stands for a pattern.</summary>
    public static string PlaceOf(string pattern) =>
        pattern
            .Replace("apps[].databases", "apps[1].databases", StringComparison.Ordinal)
            .Replace("databases.*", "databases.default", StringComparison.Ordinal)
            .Replace("databaseHosts[].local", "databaseHosts[1].local", StringComparison.Ordinal)
            .Replace("hosts[].openStack", $"hosts[{HostOf(pattern)}].openStack", StringComparison.Ordinal)
            .Replace("hosts[].makeUri", "hosts[0].makeUri", StringComparison.Ordinal)
            .Replace("hosts[].", "hosts[1].", StringComparison.Ordinal)
            .Replace("apps[].make.template", "apps[1].make.template", StringComparison.Ordinal)
            // Of Git alone.
            .Replace("apps[].repository.submodules", "apps[2].repository.submodules", StringComparison.Ordinal)
            .Replace("apps[].repository.lfs", "apps[2].repository.lfs", StringComparison.Ordinal)
            .Replace("[]", "[0]", StringComparison.Ordinal)
            .Replace("variables.*", "variables.colour", StringComparison.Ordinal)
            .Replace("workers.*", "workers.mail", StringComparison.Ordinal)
            .Replace("secrets.*", "secrets.cookie", StringComparison.Ordinal)
            .Replace("metadata.*", "metadata.role", StringComparison.Ordinal)
            .Replace("addresses.*", "addresses.anna", StringComparison.Ordinal)
            .Replace("folders.*", "folders.venv", StringComparison.Ordinal);

    // Who signs in by a clouds.yaml, by a credential, as a user.
    private static int HostOf(string pattern) =>
        pattern.Split('.')[^1] switch
        {
            "applicationCredentialId" or "addressMetadata" => 3,
            "authUrl" or "username" or "userDomainName" or "projectName" or "projectDomainName" or "secretFile" => 4,
            "regionName" or "interface" or "cacert" or "verify" => 4,
            _ => 2,
        };

    /// <summary>Every key there is: its pattern, and whether it has keys or entries of its own.</summary>
    public static IEnumerable<(string Pattern, SettingKey Key)> Keys() => Keys(typeof(ConsoleSettings), "");

    private static IEnumerable<(string Pattern, SettingKey Key)> Keys(Type type, string path)
    {
        foreach (var key in SettingsShape.KeysOf(type))
        {
            yield return (path + key.Name, key);
            var (inner, name) =
                SettingKey.ItemOf(key.Type) is { } item ? (item, key.Name + "[]")
                : SettingKey.ValueOf(key.Type) is { } value ? (value, key.Name + ".*")
                : (key.Type, key.Name);
            if (SettingKey.IsObject(inner))
            {
                foreach (var below in Keys(inner, $"{path}{name}."))
                    yield return below;
            }
        }
    }
}
