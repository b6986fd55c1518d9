namespace TestServers.Tests.Unit.Apps;

/// <summary>Which commands run in which build, and when there is anything to do before the site.</summary>
public sealed class AfterCommandsTest
{
    [Theory]
    [InlineData(false, true, "code any")]
    [InlineData(true, false, "database any")]
    [InlineData(true, true, "code database any both")]
    public void A_build_runs_the_commands_for_what_it_has(bool database, bool code, string expected)
    {
        var commands = Enum.GetValues<AfterWhat>().Select(when => new AfterCommand($"{when}".ToLowerInvariant(), when));
        var app = App() with { After = [.. commands] };
        Assert.Equal(expected, string.Join(' ', app.CommandsAfter(database, code).Select(c => c.Run)));
    }

    [Fact]
    public void An_app_has_no_such_step_until_it_asks_for_one()
    {
        Assert.False(App().HasWorkAfter(database: true, code: true));
        var commands = App() with { After = [new("x", AfterWhat.Database)] };
        Assert.True(commands.HasWorkAfter(database: true, code: false));
        Assert.False(commands.HasWorkAfter(database: false, code: true));
        Assert.False(With(new FolderSettings("media")).HasWorkAfter(database: true, code: true));
        var environment = With(new FolderSettings(Python: "requirements.txt"));
        Assert.True(environment.HasWorkAfter(database: false, code: true));
        Assert.False(environment.HasWorkAfter(database: true, code: false));
        Assert.True((App() with { Migrations = "django" }).HasWorkAfter(database: true, code: false));
    }

    private static AppSettings With(FolderSettings folder) =>
        App() with
        {
            Folders = new Dictionary<string, FolderSettings>(StringComparer.Ordinal) { ["one"] = folder },
        };

    private static AppSettings App() => new(AppName.From("shop")!, new(RepositoryKind.Svn, "svn://none/shop"), "none");
}
