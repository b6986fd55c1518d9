using TestServers.Apps;
using TestServers.Commands;

namespace TestServers.Administration.Checks;

/// <summary>Whether this machine reaches the repositories of the apps, each with the path that is usual.</summary>
internal static class RepositoryChecks
{
    public static async Task<IReadOnlyList<CheckedPart>> Look(ConsoleSettings settings, CancellationToken cancel)
    {
        var paths = new RepositoryPaths(new CommandRunner(), TimeProvider.System);
        return await Task.WhenAll(
            settings.Apps.Select(async app =>
            {
                var list = await paths.Of(app, cancel);
                if (list.Problem is { } problem)
                    return CheckedPart.Wrong(
                        "repository",
                        app.Name.Text,
                        $"{problem} Look at its address, {app.Repository.Url}, and whether this account may read it."
                    );
                return list.Paths.Any(p => p.Path.Text == app.DefaultPath)
                    ? CheckedPart.Ok(
                        "repository",
                        app.Name.Text,
                        $"{app.Repository.Url} has {LocalChecks.Count(list.Paths.Length, "path")}."
                    )
                    : CheckedPart.Warn(
                        "repository",
                        app.Name.Text,
                        $"{app.Repository.Url} does not list {app.DefaultPath}, the app's `defaultPath`."
                    );
            })
        );
    }
}
