using TestServers.Apps;
using TestServers.History;

namespace TestServers.Builds;

/// <summary>
/// Renders every app's templates once with values such as builds have: one that is broken is told before a build needs
/// it. Those in Razor take seconds to compile, which no start waits for.
/// </summary>
internal static class SiteTrial
{
    /// <summary>Settings whose templates have been tried.</summary>
    /// <exception cref="WrongSetting">They cannot be used.</exception>
    /// <param name="quickly">Leaves to <see cref="TemplateWarmUp"/> what takes its time.</param>
    public static ConsoleSettings Load(string file, bool quickly = false) =>
        ConsoleSettings.Load(file, settings => Check(settings, quickly));

    /// <param name="quickly">Leaves to <see cref="TemplateWarmUp"/> what takes its time.</param>
    /// <exception cref="WrongSetting">A template does not render, whatever is built.</exception>
    public static void Check(ConsoleSettings settings, bool quickly)
    {
        if (settings.Apps.Count == 0)
            return;
        var values = new SiteValues(new(settings), new(settings));
        var name = ServerName.From(ServerName.Example)!;
        var server = new Server(name, "", "running", "192.0.2.7", "http://192.0.2.7/");
        foreach (var (at, app) in settings.Apps.Index())
        {
            try
            {
                var isGit = app.Repository.Kind == RepositoryKind.Git;
                var revision = Revision.From(isGit ? "0123456789abcdef0123456789abcdef01234567" : "1");
                var code = new KeptCode(RepositoryPath.From(app.DefaultPath)!, revision);
                var databases = ServerHistory
                    .Empty(name)
                    .BasesOf(app)
                    .Select(b => LoadedDatabase.Of(b, name, DateTimeOffset.UnixEpoch))
                    .ToList();
                var some = values.Of(app, server, code, databases, JobId.Of(1), "anna", hidePassword: true);
                if (quickly)
                    SiteTemplates.RenderQuickly(app, some);
                else
                    SiteTemplates.Render(app, some);
            }
            // A value that cannot be written where it stands may be another one in the next build; the app's own is
            // not.
            catch (UnrenderableTemplate e)
                when (e.ValueName?.StartsWith("variables.", StringComparison.Ordinal) != false)
            {
                throw new WrongSetting($"`apps[{at}].templates` is wrong (in `{app.Name}`): {e.Message}");
            }
        }
    }
}
