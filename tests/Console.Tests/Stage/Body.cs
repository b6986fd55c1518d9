namespace TestServers.Tests.Stage;

/// <summary>What a call sends.</summary>
internal static class Body
{
    /// <param name="path">null: none, for a build of the database alone.</param>
    /// <param name="revision">null: the newest.</param>
    public static object ForBuild(string app, string? path, bool database, bool code, string? revision = null) =>
        new
        {
            app,
            path,
            revision,
            database,
            code,
        };
}
