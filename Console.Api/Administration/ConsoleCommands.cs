using System.CommandLine;

namespace TestServers.Administration;

/// <summary>
/// The program's own commands, for the administrator in a shell. The library that reads them is loaded when somebody
/// asks for one, and never by a console that serves.
/// </summary>
public static class ConsoleCommands
{
    private static readonly string[] First =
    [
        "check",
        "backup",
        "restore",
        "state",
        "token",
        "hosts",
        "drain",
        "--help",
        "-h",
        "-?",
        "--version",
    ];

    /// <summary>Whether the arguments ask for a command, and not for a console that serves.</summary>
    public static bool Are(string[] arguments) =>
        arguments switch
        {
            ["--settings", _, .. { Length: > 0 } behind] => Are(behind),
            [{ } named, .. { Length: > 0 } behind] when named.StartsWith("--settings=", StringComparison.Ordinal) =>
                Are(behind),
            [{ } first, ..] => First.Contains(first, StringComparer.Ordinal)
                || first.StartsWith("[suggest", StringComparison.Ordinal),
            _ => false,
        };

    /// <summary>Carries it out.</summary>
    /// <param name="usualSettings">The settings file when none is named.</param>
    /// <returns>The exit code: 0 done, 1 not, or something is wrong, 2 it cannot be understood.</returns>
    public static async Task<int> Run(string[] arguments, string usualSettings)
    {
        var asked = MakeRoot(usualSettings).Parse(arguments);
        var exit = await asked.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        return asked.Errors.Count > 0 ? 2 : exit;
    }

    internal static RootCommand MakeRoot(string usualSettings)
    {
        var settings = new Option<string>("--settings")
        {
            Description = "The settings file; else CONSOLE_SETTINGS names it.",
            HelpName = "FILE",
            Recursive = true,
            DefaultValueFactory = _ => usualSettings,
        };
        return new RootCommand(
            "The test server console. Without a command it serves: console --settings FILE. "
                + "The commands look after an installation; each says what to do when something is wrong."
        )
        {
            settings,
            MakeCheck(settings),
            MakeBackup(settings),
            MakeRestore(settings),
            MakeState(settings),
            MakeToken(settings),
            MakeHosts(settings),
            MakeDrain(settings),
        };
    }

    private static Command MakeCheck(Option<string> settings)
    {
        var json = new Option<bool>("--json") { Description = "As JSON, for programs." };
        var url = new Option<string?>("--url")
        {
            Description = "Where people open the console, when `publicUrl` in the settings does not say so.",
            HelpName = "URL",
        };
        var apache = new Option<string?>("--apache")
        {
            Description = "Apache's own file that includes the others, when it is not where Debian or RHEL has it.",
            HelpName = "FILE",
        };
        var command = new Command("check", "Looks at the whole installation: each part is ok, or what to do.")
        {
            json,
            url,
            apache,
        };
        return Does(
            command,
            (asked, cancel) =>
                CheckCommand.Run(
                    asked.GetRequiredValue(settings),
                    new(asked.GetValue(url), asked.GetValue(apache)),
                    asked.GetValue(json),
                    System.Console.Out,
                    cancel
                )
        );
    }

    private static Command MakeBackup(Option<string> settings)
    {
        var file = new Argument<string>("FILE") { Description = "A file that is not there yet." };
        var ifAny = new Option<bool>("--if-any") { Description = "Ends well when there is no state yet." };
        var command = new Command("backup", "Writes the state into one file, also while the console runs.")
        {
            file,
            ifAny,
        };
        return Does(
            command,
            (asked, cancel) =>
                StateCommands.Backup(
                    asked.GetRequiredValue(settings),
                    asked.GetRequiredValue(file),
                    asked.GetValue(ifAny),
                    cancel
                )
        );
    }

    private static Command MakeRestore(Option<string> settings)
    {
        var file = new Argument<string>("FILE") { Description = "A file that `console backup` has written." };
        var command = new Command(
            "restore",
            "Checks a backup, and puts it in the place of the state; the state of now is kept beside it. While the "
                + "console runs, its next start takes it."
        )
        {
            file,
        };
        return Does(
            command,
            (asked, cancel) =>
                StateCommands.Restore(asked.GetRequiredValue(settings), asked.GetRequiredValue(file), cancel)
        );
    }

    private static Command MakeState(Option<string> settings)
    {
        var check = Does(
            new("check", "Looks whether the console could start with the state; changes nothing."),
            (asked, cancel) => StateCommands.Check(asked.GetRequiredValue(settings), cancel)
        );
        return new("state", "The state folder.") { check };
    }

    private static Command MakeToken(Option<string> settings)
    {
        var name = new Argument<string>("NAME") { Description = "Who has it, such as cron." };
        var may = new Option<string[]>("--may")
        {
            Description = "What it may besides reading: restore, reserve, build.",
            HelpName = "RIGHT",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var command = new Command("token", "Makes a token for a script or cron, and the line of the settings for it.")
        {
            name,
            may,
        };
        return Does(
            command,
            (asked, _) =>
                TokenCommand.Run(
                    asked.GetRequiredValue(settings),
                    asked.GetRequiredValue(name),
                    asked.GetRequiredValue(may),
                    System.Console.Out
                )
        );
    }

    private static Command MakeHosts(Option<string> settings)
    {
        var host = new Argument<string>("HOST")
        {
            Description = "A server, or a database host of the settings; all is every one of both.",
        };
        var yes = new Option<bool>("--yes") { Description = "Pins them without asking." };
        var trust = new Command("trust", "Shows the host key of a host, and pins it in known_hosts.") { host, yes };
        Does(
            trust,
            (asked, cancel) =>
                TrustCommand.Run(
                    asked.GetRequiredValue(settings),
                    asked.GetRequiredValue(host),
                    asked.GetValue(yes),
                    cancel
                )
        );
        return new("hosts", "The hosts of the settings.") { trust };
    }

    private static Command MakeDrain(Option<string> settings)
    {
        var minutes = new Option<double>("--minutes")
        {
            Description = "How long it waits at most.",
            HelpName = "N",
            DefaultValueFactory = _ => 15,
        };
        var end = new Option<bool>("--end") { Description = "Lets builds, restores and savepoints begin again." };
        var command = new Command(
            "drain",
            "Has no build, restore or savepoint begin, and waits until those that run have ended: before a stop. What "
                + "waits goes on after the next start."
        )
        {
            minutes,
            end,
        };
        return Does(
            command,
            (asked, cancel) =>
                DrainCommand.Run(
                    asked.GetRequiredValue(settings),
                    TimeSpan.FromMinutes(Math.Clamp(asked.GetValue(minutes), 0, 24 * 60)),
                    asked.GetValue(end),
                    cancel
                )
        );
    }

    // What cannot be done is told in a sentence, as everywhere.
    private static Command Does(Command command, Func<ParseResult, CancellationToken, Task<int>> act)
    {
        command.SetAction(
            async (asked, cancel) =>
            {
                try
                {
                    return await act(asked, cancel);
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    await System.Console.Error.WriteLineAsync(
                        $"console {command.Name}: It was ended before it was done."
                    );
                    return 1;
                }
                catch (Exception e)
                    when (e is WrongSetting or UnreadableFile or IOException or UnauthorizedAccessException)
                {
                    await System.Console.Error.WriteLineAsync(
                        $"console {command.Name}: {e.Message.ReplaceLineEndings(" ")}"
                    );
                    return 1;
                }
            }
        );
        return command;
    }
}
