using System.Collections.Concurrent;
using System.Collections.Immutable;
using TestServers.HostPrograms;

namespace TestServers.Builds;

/// <summary>A folder on a server that stayed for an app and is not named by the settings any more.</summary>
/// <param name="App">For which app it was.</param>
/// <param name="Path">Where it is on the server.</param>
/// <param name="Command">What removes it there, with all that is in it.</param>
public sealed record UnnamedFolder(ServerName Server, string App, string Path, string Command);

/// <summary>
/// The folders that stay on servers, as each has told them last. Nothing removes one: what is in it is somebody's, even
/// when the settings do not name it any more.
/// </summary>
public sealed class KeptFolders(CurrentSettings settings)
{
    private readonly ConcurrentDictionary<ServerName, ImmutableArray<string>> _told = new();

    /// <summary>Notes what a server has told of itself.</summary>
    public void Note(ServerName server, HostResult status)
    {
        ImmutableArray<string> paths =
        [
            .. status
                .Results.Where(r => r.Key.StartsWith("kept.", StringComparison.Ordinal))
                .Select(r => r.Value)
                .Order(StringComparer.Ordinal),
        ];
        if (paths.IsEmpty)
            _told.TryRemove(server, out _);
        else
            _told[server] = paths;
    }

    /// <summary>Those that no app of the settings has, by server and path.</summary>
    public IReadOnlyList<UnnamedFolder> Unnamed =>
        [
            .. from told in _told
            orderby told.Key.Text
            from path in told.Value
            let parts = path.Split('/')
            where parts.Length > 2 && !IsNamed(parts[^2], parts[^1])
            select new UnnamedFolder(
                told.Key,
                parts[^2],
                path,
                $"rm -rf -- '{path.Replace("'", "'\\''", StringComparison.Ordinal)}'"
            ),
        ];

    /// <summary>The apps for which a server keeps any.</summary>
    public IEnumerable<AppName> AppsOn(ServerName server) =>
        Told(server).Select(told => AppName.From(told.App)).OfType<AppName>().Distinct();

    /// <summary>The names of those that a server keeps for an app.</summary>
    public IReadOnlyList<string> Of(ServerName server, AppName app) =>
        [.. Told(server).Where(told => told.App == app.Text).Select(told => told.Folder)];

    /// <summary>Notes what a server still keeps for an app that was taken off it.</summary>
    public void NoteLeft(ServerName server, AppName app, IReadOnlyList<string> names)
    {
        if (!_told.TryGetValue(server, out var before))
            return;
        ImmutableArray<string> after =
        [
            .. before.Where(path =>
                path.Split('/') is not [.., var of, var name] || of != app.Text || names.Contains(name)
            ),
        ];
        _told.TryUpdate(server, after, before);
    }

    private IEnumerable<(string App, string Folder)> Told(ServerName server) =>
        from path in _told.GetValueOrDefault(server, [])
        let parts = path.Split('/')
        where parts.Length > 2
        select (parts[^2], parts[^1]);

    private bool IsNamed(string app, string folder) =>
        settings.Now.Apps.Any(a => a.Name.Text == app && a.Folders?.ContainsKey(folder) == true);
}
