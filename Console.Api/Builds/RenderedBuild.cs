using System.Collections.Immutable;
using TestServers.Apps;
using TestServers.History;

namespace TestServers.Builds;

/// <summary>The settings that a build puts on its server, and what of them people see.</summary>
public sealed class RenderedBuild(HistoryStore history, SiteValues values)
{
    /// <summary>Renders them for the server, and shows them with the build, with the password hidden.</summary>
    /// <exception cref="UnrenderableTemplate">A template is at fault, with its file and line.</exception>
    /// <exception cref="Problem">The password is needed, and its file cannot be read.</exception>
    public RenderedSite For(BuildWork work, StepRun<Build> run)
    {
        var (app, build) = (work.App, run.Job);
        var kept = history.Of(build.Server);
        var code = build.Code
            ? new KeptCode(build.Path, build.Result?.Revision)
            : kept.Code.GetValueOrDefault(app.Name);
        var loaded = build.LoadedOf(app, kept);
        var databases = work
            .Bases.Select(b =>
                build.Database
                    ? loaded.FirstOrDefault(d => d.Name == b.Name) ?? LoadedDatabase.Of(b, build.Server, null)
                    : LoadedDatabase.Of(
                        b,
                        build.Server,
                        kept.Copies.GetValueOrDefault(b.Base),
                        kept.Hosts?.GetValueOrDefault(b.Base)
                    )
            )
            .ToList();
        RenderedSite Render(bool hidePassword)
        {
            var named = values.Of(app, work.Server, code, databases, build.Id, build.By, hidePassword);
            return SiteTemplates.Render(app, named) with { DataTime = databases.FirstOrDefault()?.DataTime };
        }
        var rendered = Render(hidePassword: false);
        var shown = Render(hidePassword: true).Files.Select(f => new SiteFile(f.Key, f.Value)).ToImmutableArray();
        run.Show(b => b with { Settings = shown });
        return rendered;
    }
}
