using System.Collections.Immutable;
using TestServers.Apps;
using TestServers.Databases;
using TestServers.History;

namespace TestServers.Builds;

/// <summary>
/// Renders the templates of a build before it begins, with what is not known yet stood for by something of its form:
/// plan and build say the same.
/// </summary>
public sealed class TemplateCheck(SiteValues values, BaseFacts bases, TimeProvider clock)
{
    private const string Hash = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>Why they do not render, in a sentence; null when they do.</summary>
    /// <param name="revision">Null: it is not known yet.</param>
    /// <param name="chosen">What the app's databases are made from.</param>
    public string? FaultOf(
        AppSettings app,
        Server server,
        RepositoryPath path,
        Revision? revision,
        ImmutableArray<ChosenBase> chosen,
        JobId id,
        string by
    )
    {
        try
        {
            var isGit = app.Repository.Kind == RepositoryKind.Git;
            var code = new KeptCode(path, revision ?? Revision.From(isGit ? Hash : "1"));
            var databases = chosen
                .Select(b => LoadedDatabase.Of(b, server.Name, bases.Of(b.Base).DataTime ?? clock.GetUtcNow()))
                .ToList();
            SiteTemplates.Render(app, values.Of(app, server, code, databases, id, by, hidePassword: true));
            return null;
        }
        catch (UnrenderableTemplate e)
        {
            return e.Message;
        }
    }
}
