using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace TestServers.Http;

/// <summary>
/// The page's files, as they were when they were read: what index.html needs lies below assets/ and a hash of all of
/// them, where a browser keeps it for ever; index.html itself is asked for each time. Read at the start, so that a page
/// never has files of two versions, and again when the settings are.
/// </summary>
public sealed partial class PageFiles
{
    private const string Entry = "js/start.js";
    private static readonly FileExtensionContentTypeProvider Types = new();
    private static readonly string[] Folders = ["css", "js", "templates", "vendor"];

    private readonly string _root;
    private Snapshot _now;

    public PageFiles(IWebHostEnvironment environment, CurrentSettings settings, ILogger<PageFiles> log)
    {
        _root = environment.WebRootPath;
        _now = Read(_root);
        settings.Changed += (_, _) => ReadAgain(log);
    }

    /// <summary>Answers what is the page's, and leaves the rest to others.</summary>
    public Task Answer(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (isRead && !request.Path.HasValue)
        {
            // What the frame names is below the path.
            context.Response.Redirect($"{request.PathBase}/{request.QueryString}", permanent: true);
            return Task.CompletedTask;
        }
        var file = isRead ? Volatile.Read(ref _now).Find(request.Path.Value!) : null;
        if (file is null)
            return next(context);
        context.Response.Headers.CacheControl = file.CacheControl;
        return TypedResults.Bytes(file.Bytes, file.Type, entityTag: file.Tag).ExecuteAsync(context);
    }

    private void ReadAgain(ILogger log)
    {
        try
        {
            Volatile.Write(ref _now, Read(_root));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("The page goes on as it was: its files could not be read again. {Reason}", e.Message);
        }
    }

    private static Snapshot Read(string root)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var path in PathsIn(root))
            files[path] = Lean(path, File.ReadAllBytes(Path.Combine(root, path)));
        var hash = HashOf(files);
        var frame = File.ReadAllText(Path.Combine(root, "index.html"));
        return new(hash, files, Encoding.UTF8.GetBytes(Name(frame, $"assets/{hash}/", files)));
    }

    // What only those who read its own files need is a tenth of what a first visit moves: comments, indentation, and
    // breaks within a statement or between tags. No text of theirs goes over the end of a line.
    private static byte[] Lean(string path, byte[] bytes) =>
        path.Split('/')[0] switch
        {
            "js" => Without(NothingInScripts(), bytes),
            "css" => Without(NothingInStyles(), bytes),
            "templates" => Without(NothingInTemplates(), bytes),
            _ => bytes,
        };

    private static byte[] Without(Regex what, byte[] text) =>
        Encoding.UTF8.GetBytes(what.Replace(Encoding.UTF8.GetString(text), ""));

    // What a name with a dot hides is none of the page's.
    private static IEnumerable<string> PathsIn(string root) =>
        from path in Folders
            .Select(f => Path.Combine(root, f))
            .Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(root, "favicon.*"))
        where !Path.GetFileName(path).StartsWith('.')
        select Path.GetRelativePath(root, path);

    private static string HashOf(SortedDictionary<string, byte[]> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, bytes) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{bytes.Length}\n"));
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    // A browser learns of a module's imports only when it has it: all of them are named in the frame, to be asked for
    // at once.
    private static string Name(string frame, string place, SortedDictionary<string, byte[]> files)
    {
        var preloads = ModulesFrom(Entry, files).Select(m => $"<link rel=\"modulepreload\" href=\"{m}\">\n  ");
        var whole = EntryScript().Replace(frame, m => string.Concat(preloads) + m.Value, 1);
        return Address().Replace(whole, m => place + m.Value);
    }

    private static List<string> ModulesFrom(string entry, SortedDictionary<string, byte[]> files)
    {
        var found = new List<string>();
        var open = new Queue<string>([entry]);
        while (open.TryDequeue(out var module))
        {
            if (found.Contains(module) || !files.TryGetValue(module, out var bytes))
                continue;
            found.Add(module);
            var folder = Path.GetDirectoryName(module)!;
            foreach (Match import in Import().Matches(Encoding.UTF8.GetString(bytes)))
                open.Enqueue(Path.GetRelativePath("/", Path.GetFullPath(import.Value, "/" + folder)));
        }
        return found;
    }

    [GeneratedRegex(@"^[ \t]+(?!\s*//)|^[ \t]*//.*\n| {2,}// .*$|(?<=\n)\n|(?<=[\[({,])\n", RegexOptions.Multiline)]
    private static partial Regex NothingInScripts();

    [GeneratedRegex(@"^[ \t]*/\*[^*]*\*/\n|^[ \t]+|(?<=[{};,])\n", RegexOptions.Multiline)]
    private static partial Regex NothingInStyles();

    [GeneratedRegex(
        @"^<!--[^>]*-->\n|^[ \t]+|(?<=[>}])(?<!<template id=""[a-z-]+"">)\n[ \t]*(?=<(?!/?template)|\{\{)",
        RegexOptions.Multiline
    )]
    private static partial Regex NothingInTemplates();

    [GeneratedRegex("<script type=\"module\"")]
    private static partial Regex EntryScript();

    [GeneratedRegex("(?<= (?:href|src)=\")(?=(?:css|js|templates|vendor)/|favicon\\.)")]
    private static partial Regex Address();

    [GeneratedRegex(@"(?<=^(?:import|export)\b[^'""\n]*')\.[^'\n]+(?=';$)", RegexOptions.Multiline)]
    private static partial Regex Import();

    private sealed record PageFile(byte[] Bytes, string Type, string CacheControl)
    {
        public EntityTagHeaderValue Tag { get; } = new($"\"{Convert.ToHexStringLower(SHA256.HashData(Bytes))[..16]}\"");
    }

    private sealed class Snapshot
    {
        private readonly Dictionary<string, PageFile> _files = new(StringComparer.Ordinal);

        public Snapshot(string hash, SortedDictionary<string, byte[]> files, byte[] frame)
        {
            foreach (var (path, bytes) in files)
                _files[$"/assets/{hash}/{path}"] = new(bytes, TypeOf(path), "max-age=31536000, immutable");
            _files["/"] = _files["/index.html"] = new(frame, TypeOf("index.html"), "no-cache");
        }

        public PageFile? Find(string path) => _files.GetValueOrDefault(path);

        private static string TypeOf(string path)
        {
            var type = Types.TryGetContentType(path, out var known) ? known : "application/octet-stream";
            return type.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type;
        }
    }
}
