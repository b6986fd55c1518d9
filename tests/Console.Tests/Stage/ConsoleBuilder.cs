using System.Security.Cryptography;
using System.Text.Encodings.Web;

namespace TestServers.Tests.Stage;

/// <summary>Sets up a console of a test's own: its settings, and files that they name, in one folder.</summary>
internal sealed class ConsoleBuilder
{
    private static readonly JsonSerializerOptions AsWritten = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };
    private static readonly JsonDocumentOptions AsTheConsoleReads = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };
    private readonly string _folder;

    private ConsoleBuilder(string folder, JsonObject settings) => (_folder, Settings) = (folder, settings);

    /// <summary>
    /// The usual one: behind a web server, with a host `vmhost` of libvirt's test driver whose domains are in
    /// domains.xml, and a token of cron's, `secret`.
    /// </summary>
    public static ConsoleBuilder Usual(string folder) =>
        new ConsoleBuilder(folder, [])
            .With(
                $$"""
                "pathBase": "/console",
                "hosts": [ { "name": "vmhost", "servers": "^qa[0-9]+$", "address": "127.71.9.{number}",
                  "url": "http://127.71.9.{number}:1/" } ],
                "tokens": [ { "name": "cron", "may": ["restore"],
                  "sha256": "{{Convert.ToHexStringLower(SHA256.HashData("secret"u8))}}" } ]
                """
            )
            .InItsPlace();

    /// <summary>One with the settings of a file, in this folder.</summary>
    public static ConsoleBuilder Of(string settings, string folder) =>
        new ConsoleBuilder(
            folder,
            JsonNode.Parse(File.ReadAllText(settings), documentOptions: AsTheConsoleReads)!.AsObject()
        ).InItsPlace();

    /// <summary>To be changed as a test needs them; on disk with <see cref="Write"/>.</summary>
    public JsonObject Settings { get; }

    /// <summary>The first host.</summary>
    public JsonObject Host => Settings["hosts"]![0]!.AsObject();

    /// <summary>With these keys, as they stand in a file, in the place of what they had.</summary>
    public ConsoleBuilder With(string keys)
    {
        foreach (var (key, value) in Parse(keys))
            Settings[key] = value?.DeepClone();
        return this;
    }

    /// <summary>With one more item in a list.</summary>
    public ConsoleBuilder Add(string list, string item)
    {
        if (Settings[list] is null)
            Settings[list] = new JsonArray();
        Settings[list]!.AsArray().Add(JsonNode.Parse(item));
        return this;
    }

    /// <summary>With the folder `templates`, whose three files have this text.</summary>
    public ConsoleBuilder WithTemplates(string text = "")
    {
        var templates = Directory.CreateDirectory(Path.Combine(_folder, "templates")).FullName;
        foreach (var name in new[] { "apache.conf", "wsgi.py", "settings.py" })
            File.WriteAllText(Path.Combine(templates, name), text);
        return this;
    }

    /// <summary>With a file of this text.</summary>
    public ConsoleBuilder WithFile(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name), text);
        return this;
    }

    /// <summary>Writes console.json.</summary>
    public void Write() =>
        File.WriteAllText(Path.Combine(_folder, "console.json"), Settings.ToJsonString(AsWritten) + "\n");

    private ConsoleBuilder InItsPlace()
    {
        With(
            $$"""
            "listen": { "socket": "{{_folder}}/k.sock" }, "state": "state", "runtime": "{{_folder}}/run"
            """
        );
        Host["uri"] = $"test://{_folder}/domains.xml";
        return this;
    }

    private static JsonObject Parse(string keys) =>
        JsonNode.Parse($"{{ {keys.Trim().TrimStart(',')} }}", documentOptions: AsTheConsoleReads)!.AsObject();
}
