using TestServers.Settings;

namespace TestServers.Apps;

/// <summary>An app as it is shown.</summary>
public sealed record AppView(
    AppName Name,
    RepositoryKind Kind,
    string Repository,
    BaseName? Base,
    string DefaultPath,
    IReadOnlyList<string> After
);

/// <summary>The apps that can be put on a server.</summary>
public sealed class Catalogue(CurrentSettings settings, Secrets secrets)
{
    /// <summary>All of them, without the secrets that their commands may name.</summary>
    public IEnumerable<AppView> All =>
        settings.Now.Apps.Select(a => new AppView(
            a.Name,
            a.Repository.Kind,
            a.Repository.Url,
            a.Base,
            a.DefaultPath,
            [.. (a.After ?? []).Select(secrets.Hide)]
        ));

    /// <exception cref="Problem">404: there is no such app.</exception>
    public AppSettings Find(AppName name) =>
        settings.Now.App(name)
        ?? throw Problem.NotFound(
            "app",
            $"The catalogue has no app {name}. It has: {string.Join(", ", settings.Now.Apps.Select(a => a.Name))}."
        );
}
