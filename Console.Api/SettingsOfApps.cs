using System.Text.RegularExpressions;

namespace TestServers;

/// <summary>A database restored each night, to be copied.</summary>
/// <param name="Dump">Its name in the backups.</param>
/// <param name="Owner">The role that owns base and copies: the app's own.</param>
/// <param name="Spares">Copies made ahead of time; 0 for none.</param>
/// <param name="StaleAfterHours">From this age on the data is called stale.</param>
/// <param name="Jobs">Parallel jobs of the restore.</param>
/// <param name="Check">SQL whose every row must begin with true before a restore is accepted.</param>
/// <param name="Sanitize">SQL that is run on the restored data before anybody gets it.</param>
public sealed record BaseSettings(BaseName Name, string Host, string Dump, string Owner, int Spares = 1, double StaleAfterHours = 26, int Jobs = 2, string? Check = null, string? Sanitize = null)
{
    internal void CheckValues()
    {
        Settings.Must(Regex.IsMatch(Dump, @"\A[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*\z"), $"bases.{Name}.dump", "is a file's name below the backups");
        Settings.Must(Regex.IsMatch(Owner, @"\A[a-z_][a-z0-9_]{0,62}\z"), $"bases.{Name}.owner", "is a role's name in small letters, digits and underscores");
        Settings.Must(Spares is >= 0 and <= 20, $"bases.{Name}.spares", "is 0 to 20");
        Settings.Must(Jobs is >= 1 and <= 64, $"bases.{Name}.jobs", "is 1 to 64");
        Settings.Must(StaleAfterHours > 0, $"bases.{Name}.staleAfterHours", "is more than 0");
    }
}

public enum RepositoryKind { Svn, Git }

public sealed record RepositorySettings(RepositoryKind Kind, string Url);

/// <summary>The role an app connects with; the password stands in a file of its own.</summary>
public sealed record AppDatabaseSettings(string User, string PasswordFile);

/// <summary>An application that can be put on a server.</summary>
/// <param name="Templates">A folder with apache.conf, wsgi.py and settings.py as Handlebars templates.</param>
/// <param name="Variables">Values for the templates, which people can see.</param>
/// <param name="Secrets">Values for the templates, which nobody can see; they are found among the variables.</param>
/// <param name="NotSecret">Names of variables that people may see though they look like secrets.</param>
/// <param name="After">Shell commands run on the server after a checkout, as its own user: install requirements, migrate, collect static files.</param>
/// <param name="Health">The address whose answer decides whether a build is ready; {url} is the server's own page.</param>
public sealed record AppSettings(AppName Name, RepositorySettings Repository, string Templates, BaseName? Base = null, string DefaultPath = "trunk", string Health = "{url}",
    AppDatabaseSettings? Database = null, IReadOnlyDictionary<string, string>? Variables = null,
    IReadOnlyList<string>? After = null, IReadOnlyDictionary<string, string>? Secrets = null, IReadOnlyList<string>? NotSecret = null)
{
    private static readonly string[] SecretWords = ["secret", "pass", "pwd", "token", "key", "dsn", "credential"];

    internal void Check()
    {
        Settings.Must(Regex.IsMatch(Repository.Url, @"\A[a-z][a-z0-9+]*://[^\s\p{C}]+\z"), $"apps.{Name}.repository.url", "is an address such as https://svn.example/shop");
        Settings.Must(RepositoryPath.From(DefaultPath) is not null, $"apps.{Name}.defaultPath", $"is {RepositoryPath.Rule}");
        Settings.Must(
            RepositoryPath.From(DefaultPath)!.FaultIn(Repository.Kind) is null,
            $"apps.{Name}.defaultPath",
            $"is a name that Git takes, not {DefaultPath}");
        Settings.Must(Base is null || Database is not null, $"apps.{Name}.database", "names the role and its password file, as the app has a base");
        Settings.Must(After is null || (After.Count <= 50 && After.All(c => c.Length is > 0 and <= 4000 && !c.Any(char.IsControl))), $"apps.{Name}.after", "lists at most 50 commands of one line each");
        Settings.Must(Directory.Exists(Templates), $"apps.{Name}.templates", $"is a folder that exists, not {Templates}");
        CheckAddress("repository.url", Repository.Url, "and give the servers' user access by a key or its own login.");
        CheckAddress("health", Health, "and let the app answer that address without a login.");
        CheckSecrets();
    }

    private void CheckAddress(string key, string address, string remedy)
    {
        if (HasPassword(address))
            throw new WrongSetting(
                $"`apps.{Name}.{key}` has a password, and people can see it. Write it without `user:password@`, {remedy}");
    }

    // Nothing is shown by accident: what may be a secret is said to be one, or not to be one.
    private void CheckSecrets()
    {
        foreach (var (name, value) in Variables ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            var key = $"apps.{Name}.variables.{name}";
            Settings.Must(Secrets?.ContainsKey(name) != true, key, "has a name that is not in `secrets`, too");
            if (NotSecret?.Contains(name, StringComparer.Ordinal) != true && MayBeSecret(name, value))
                throw new WrongSetting(
                    $"`{key}` may be a secret, and people can see variables. Move it to `apps.{Name}.secrets`, where templates "
                        + $"find it as variables.{name} all the same, or name it in `apps.{Name}.notSecret` if everybody may see it.");
        }
        foreach (var name in NotSecret ?? [])
            Settings.Must(
                Variables?.ContainsKey(name) == true,
                $"apps.{Name}.notSecret",
                $"names variables of the app, not `{name}`");
    }

    private static bool MayBeSecret(string name, string value) =>
        SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
        || HasPassword(value);

    private static bool HasPassword(string address) => Regex.IsMatch(address, @"://[^/\s:@]*:[^/\s@]+@");
}
