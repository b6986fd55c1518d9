using TestServers.Hosts;

namespace TestServers.Builds;

/// <summary>What an app's templates may name: the server, the app, what is checked out, the data time, the database and the folders.</summary>
public sealed class SettingsValues(Settings settings)
{
    /// <summary>Stands for the password in everything that people can see.</summary>
    public const string Hidden = "********";
    private static readonly string[] SecretWords = ["secret", "password", "token", "key"];

    /// <param name="hidePassword">For what is kept and shown; else for the server.</param>
    /// <exception cref="Problem">The password is needed, and its file cannot be read.</exception>
    public IReadOnlyDictionary<string, object?> Of(AppSettings app, Machine machine, KeptCode? code, DateTimeOffset? dataTime, RequestId id, string by, bool hidePassword)
    {
        var folder = Placeholders.Fill(settings.Guests!.Folder, machine.Name, machine.Address);
        return Texts(
            ("server", Texts(("name", machine.Name.Text), ("address", machine.Address), ("number", Placeholders.NumberOf(machine.Name)), ("url", machine.Url))),
            ("app", Texts(("name", app.Name.Text))),
            ("path", code?.Path.Text ?? ""), ("revision", code?.Revision ?? ""), ("dataTime", dataTime?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ") ?? ""),
            ("build", Texts(("id", id.Text), ("by", by))),
            ("database", DatabaseOf(app, machine, hidePassword)),
            ("folders", Texts(("code", $"{folder}/code/{app.Name}"), ("site", folder + "/site"))),
            ("variables", Texts([.. (app.Variables ?? new Dictionary<string, string>(StringComparer.Ordinal)).Select(v => (v.Key, (object?)(hidePassword && IsSecret(v.Key) ? Hidden : v.Value)))])));
    }

    private Dictionary<string, object?> DatabaseOf(AppSettings app, Machine machine, bool hidePassword)
    {
        if (app.Base is null || app.Database is null) return [];
        var host = settings.DatabaseHost(settings.Base(app.Base)!.Host);
        var password = hidePassword ? Hidden : ReadPassword(app.Database.PasswordFile);
        return Texts(("name", $"copy_{app.Base}_{machine.Name}"), ("host", host.Address), ("port", host.Port.ToString()), ("user", app.Database.User), ("password", password));
    }

    private static string ReadPassword(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Problem.Failed($"The password file {file} cannot be read: {e.Message.TrimEnd('.')}. Let the console's user read it, then build again.");
        }
    }

    private static bool IsSecret(string name) => SecretWords.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static Dictionary<string, object?> Texts(params (string Name, object? Value)[] values) => values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
}
