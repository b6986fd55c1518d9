using TestServers.Apps;
using TestServers.History;

namespace TestServers.Builds;

/// <summary>
/// What an app's templates may name: the server, the app, what is checked out, the data time, the databases and the
/// folders.
/// </summary>
public sealed class SiteValues(CurrentSettings settings, Secrets secrets)
{
    /// <param name="databases">Those of the app on the server, the usual one first.</param>
    /// <param name="hidePassword">For what is kept and shown, with all secrets hidden; else for the server.</param>
    /// <exception cref="Problem">The password is needed, and its file cannot be read.</exception>
    public IReadOnlyDictionary<string, object?> Of(
        AppSettings app,
        Server server,
        KeptCode? code,
        IReadOnlyList<LoadedDatabase> databases,
        JobId id,
        string by,
        bool hidePassword
    )
    {
        var named = databases
            .Where(_ => app.Database is not null)
            .ToDictionary(d => d.Name.Text, object? (d) => DatabaseOf(app, d, hidePassword), StringComparer.Ordinal);
        var folder = Placeholders.Fill(settings.Now.Guests!.Folder, server.Guest, server.Address);
        return Texts(
            (
                "server",
                Texts(
                    ("name", server.Name.Text),
                    ("address", server.Address),
                    ("number", Placeholders.NumberOf(server.Guest)),
                    ("url", server.Url)
                )
            ),
            ("app", Texts(("name", app.Name.Text))),
            ("path", code?.Path.Text ?? ""),
            ("revision", code?.Revision?.Text ?? ""),
            ("dataTime", Say(databases is [var usual, ..] ? usual.DataTime : null)),
            ("build", Texts(("id", id.Text), ("by", by))),
            ("database", named.Count > 0 ? named[databases[0].Name.Text] : NoDatabase),
            ("databases", named),
            ("folders", FoldersOf(app, folder, settings.Now.MayHaveSeveral(server.Name))),
            ("variables", VariablesOf(app, hidePassword))
        );
    }

    private static Dictionary<string, object?> FoldersOf(AppSettings app, string folder, bool hasSeveral)
    {
        var site = hasSeveral ? $"{folder}/site/{app.Name}" : $"{folder}/site";
        var places = Texts(("code", $"{folder}/code/{app.Name}"), ("site", site));
        foreach (var name in app.Folders?.Keys ?? [])
            places[name] = $"{folder}/kept/{app.Name}/{name}";
        return places;
    }

    private static Dictionary<string, object?> VariablesOf(AppSettings app, bool hide)
    {
        var values = (app.Variables ?? NoValues).ToDictionary(
            v => v.Key,
            object? (v) => v.Value,
            StringComparer.Ordinal
        );
        foreach (var (name, value) in app.Secrets ?? NoValues)
            values[name] = new SecretText(value, hide);
        return values;
    }

    private static Dictionary<string, string> NoValues => new(StringComparer.Ordinal);

    private static Dictionary<string, object?> NoDatabase => [];

    private static string Say(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ") ?? "";

    private Dictionary<string, object?> DatabaseOf(AppSettings app, LoadedDatabase database, bool hidePassword)
    {
        var place = database.Host is { } at ? settings.Now.BaseAt(database.Base, at) : null;
        var host = settings.Now.DatabaseHost((place ?? settings.Now.Base(database.Base)!).Host);
        var password = new SecretText(ReadPassword(app.Database!.PasswordFile, mayFail: hidePassword), hidePassword);
        return Texts(
            ("name", database.Database.Text),
            ("host", host.Address),
            ("port", host.Port.ToString()),
            ("user", app.Database.User),
            ("password", password),
            ("base", database.Base.Text),
            ("dataTime", Say(database.DataTime))
        );
    }

    // What is only shown does without it.
    private string? ReadPassword(string file, bool mayFail)
    {
        try
        {
            var password = File.ReadAllText(file).Trim();
            secrets.Learn(password);
            return password;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (mayFail)
                return null;
            throw Problem.Failed(
                $"The password file {file} cannot be read: {e.Message.TrimEnd('.')}. "
                    + "Let the console's user read it, then build again."
            );
        }
    }

    private static Dictionary<string, object?> Texts(params (string Name, object? Value)[] values) =>
        values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
}
