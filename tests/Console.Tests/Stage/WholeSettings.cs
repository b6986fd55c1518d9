using System.Text.Json.Nodes;
using TestServers.Builds;
using TestServers.Settings;

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
              "url": "http://{address}/" },
            { "name": "kvm2", "uri": "qemu+ssh://kvm2/system", "servers": "^dev", "address": "10.0.0.{number}",
              "url": "https://{server}/", "power": [ "start", "shutdown" ], "powerUri": "qemu+ssh://power@kvm2/system" }
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
              "staleAfterHours": 26, "jobs": 2, "nights": 1,
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
              "kind": "django-apache", "workers": { "mail": "true" } },
            { "name": "desk", "repository": { "kind": "svn", "url": "https://svn.example/shop" },
              "templates": "templates", "variables": { "colour": "blue" },
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
        foreach (var file in new[] { "page/index.html", "known", "ssh_config", "key", "password", "program" })
            File.WriteAllText(_folder[file], "x\n");
        foreach (var name in new[] { "apache.conf", "wsgi.py", "settings.py" })
        {
            File.WriteAllText(_folder["templates/" + name], "# {{variables.colour}}\n");
            File.WriteAllText(_folder["plain/" + name], "#\n");
        }
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
}
