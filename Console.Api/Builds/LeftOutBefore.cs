using System.Collections.Immutable;
using TestServers.Databases;
using TestServers.History;

namespace TestServers.Builds;

/// <summary>What a build goes without that is known before it begins: plan and build say the same.</summary>
public static class LeftOutBefore
{
    /// <param name="chosen">What the app's databases are made from.</param>
    /// <param name="path">The code that the server has afterwards.</param>
    /// <param name="isCompared">The migrations of the database are told by themselves.</param>
    public static IEnumerable<string> Of(
        AppSettings app,
        ImmutableArray<ChosenBase> chosen,
        bool database,
        bool code,
        RepositoryPath path,
        ServerHistory kept,
        BaseFacts bases,
        bool isCompared = false
    )
    {
        if (chosen.IsEmpty)
            yield break;
        if (database)
            foreach (var (_, name) in chosen)
            foreach (var text in bases.Of(name).LeftOut)
                yield return $"in the base {name}: {text}";
        var commands = app.CommandsAfter(database: false, code: true).Count();
        if (commands == 0)
            yield break;
        // Where a command runs after a fresh database, the settings say what that needs.
        if (database && !code && !app.CommandsAfter(database: true, code: false).Any())
            yield return $"the commands after the code ({commands}): they run when code is built, so what they would do"
                + " to the fresh database, such as a migration, is not done. Build the code, too, if it needs that.";
        var there = kept.Code.GetValueOrDefault(app.Name)?.Path;
        if (isCompared)
            yield break;
        if (code && !database && there is not null && there != path && kept.Copies.ContainsKey(chosen[0].Base))
            yield return $"a fresh database: it stays as the commands after the code of {there} have left it, also with"
                + $" migrations that {path} does not know. Build the database, too, if it must not have them.";
    }
}
