using System.Collections.Immutable;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;
using TestServers.Apps;
using TestServers.Builds;
using TestServers.Databases;
using TestServers.History;
using TestServers.HostPrograms;

namespace TestServers.Plans;

/// <summary>
/// Tells what a build would change, before it is launched, and what is different between two entries of a server's
/// history.
/// </summary>
public sealed class Planner(
    CurrentSettings settings,
    BuildRules rules,
    Catalogue catalogue,
    Inventory inventory,
    Usability usability,
    HistoryStore history,
    BaseFacts bases,
    Placement placement,
    DataTimes times,
    GuestProgram guest,
    ServerLooks looks,
    SiteValues values,
    TemplateCheck templates
)
{
    private const int MostCommits = 100,
        MostMigrations = 200;

    /// <summary>What this build would change now.</summary>
    /// <param name="number">When given, the reservation that is meant.</param>
    /// <exception cref="Problem">404: there is no such server or app. Everything else that stands against the build is
    /// told in the plan.</exception>
    public async Task<Plan> Of(ServerName server, Wanted wanted, long? number, Caller by, CancellationToken cancel)
    {
        var (found, app, kept) = (inventory.Find(server), catalogue.Find(wanted.App), history.Of(server));
        var here = kept.Code.GetValueOrDefault(app.Name);
        var target = new CodeTarget(wanted.Path ?? RepositoryPath.From(app.DefaultPath)!, wanted.Revision);
        var code = wanted.Code
            ? await Compare(app, found, here, target, CopyThatStays(app, wanted, kept), cancel)
            : null;
        if (code?.FoundOther == true && await looks.Look(found, cancel))
        {
            kept = history.Of(server);
            here = kept.Code.GetValueOrDefault(app.Name);
            code = await Compare(app, found, here, target, CopyThatStays(app, wanted, kept), cancel);
        }
        // Asked now, as the server may have told something else meanwhile.
        var refusal = rules.RefusalOf(server, wanted, number, by);
        var now = kept.BasesOf(app);
        var chosen = now.With(wanted.Database ? wanted.Bases : null, app);
        var places = wanted.Database ? chosen.ToDictionary(b => b.Base, b => PlaceOf(b.Base, kept)) : [];
        var databases = chosen
            .Zip(now, (then, before) => DatabaseOf(app, then, before, places.GetValueOrDefault(then.Base), kept))
            .ToList();
        var database = wanted.Database ? databases.FirstOrDefault() : null;
        var then = wanted.Code ? new KeptCode(target.Path, code?.To.Revision) : here;
        var broken = then is null
            ? null
            : templates.FaultOf(app, found, then.Path, then.Revision, chosen, JobId.Of(1), by.Name);
        var failure = refusal is null ? broken ?? FailureOf(found, places.Values, code) : null;
        var isToldBefore = broken is not null || code?.Fails == true;
        ImmutableArray<FileChange> files = isToldBefore
            ? []
            : SettingsThen(app, found, then, Loaded(server, chosen, places, kept), by.Name, kept);
        return new(
            server,
            app.Name,
            database,
            code,
            files,
            refusal,
            failure,
            [
                .. (code?.LeftOut ?? []).Union(
                    LeftOutBefore.Of(
                        app,
                        chosen,
                        wanted.Database,
                        wanted.Code,
                        target.Path,
                        kept,
                        bases,
                        isCompared: code?.Migrations is not null
                    )
                ),
            ]
        )
        {
            Databases = app.HasSeveralBases ? databases : null,
            Migrations = code?.Migrations,
            Others = OthersOn(found.Name, app.Name, kept),
            Nothing = refusal is null && failure is null && !wanted.Database && IsThere(app, code, files, kept),
        };
    }

    // Before several were allowed, a server had one site, and it goes: as elsewhere.
    private string? OthersOn(ServerName server, AppName app, ServerHistory kept)
    {
        var others = new[] { kept.Configuration?.App }
            .Concat(kept.Beside?.Keys ?? [])
            .OfType<AppName>()
            .Where(a => a != app)
            .ToList();
        if (others.Count == 0)
            return null;
        var (names, isOne) = (string.Join(", ", others), others.Count == 1);
        if (settings.Now.MayHaveSeveral(server))
            return $"{names} {(isOne ? "stays" : "stay")} on {server} beside {app}.";
        var rest = isOne ? "its code and copies" : "their code and copies";
        return $"{app} takes the place of {names} on {server}; {rest} stay there, until "
            + $"{(isOne ? "it is" : "they are")} taken off.";
    }

    // Whether a build of the code would find all as it would leave it.
    private static bool IsThere(
        AppSettings app,
        CodePlan? code,
        ImmutableArray<FileChange> settings,
        ServerHistory kept
    ) =>
        code is { Relation: "same", IsUntouched: true, FoundOther: false, Problem: null }
        && code.From?.Path == code.To.Path
        && settings.IsEmpty
        && kept.Other is null
        && kept.ConfigurationOf(app.Name) is { Result: JobState.Succeeded, Incomplete: false };

    // The build that made the database whose migrations are told; null: none is, as it does not stay, or nobody asks.
    // Several apps may have one base, and so one copy. What a build has noted is not that of a savepoint.
    private JobId? CopyThatStays(AppSettings app, Wanted wanted, ServerHistory kept)
    {
        var here = kept.BasesOf(app);
        if (app.Migrations is null || here.IsEmpty || wanted.Database || kept.Savepoint is not null)
            return null;
        if (!kept.Copies.ContainsKey(here[0].Base))
            return null;
        var apps = settings.Now.Apps.Where(a => a.Uses(here[0].Base)).Select(a => a.Name).ToHashSet();
        var made = kept.Entries.FirstOrDefault(e => e.Database && e.DataTime is not null && apps.Contains(e.App));
        return made?.Build ?? JobId.Of(1);
    }

    private CopyPlace PlaceOf(BaseName name, ServerHistory kept) =>
        placement.Of(kept.WantedOf(bases.Find(name), settings.Now))[0];

    // Without a fresh one it stays as it is.
    private DatabasePlan DatabaseOf(
        AppSettings app,
        ChosenBase chosen,
        ChosenBase before,
        CopyPlace? place,
        ServerHistory kept
    )
    {
        var @base = place?.Base ?? bases.Find(chosen.Base);
        var facts = bases.Of(@base);
        var now = kept.Copies.GetValueOrDefault(before.Base);
        var then = place is not null ? facts.DataTime : now;
        return new(
            @base.Name,
            place is null ? null
                : facts.Spares > 0 ? "spare"
                : "copy",
            now,
            then,
            times.DoubtOf(bases.Find(before.Base), now),
            times.DoubtOf(@base, then)
        )
        {
            Name = app.HasSeveralBases ? chosen.Name : null,
            From = before.Base != chosen.Base && kept.Copies.ContainsKey(before.Base) ? before.Base : null,
            Host = place is { Why: not null } ? place.Name : null,
            Why = place?.Why is { } why ? Say(why, place, kept) : null,
        };
    }

    private string Say(string why, CopyPlace place, ServerHistory kept) =>
        kept.HostOf(bases.Find(place.Base.Name), settings.Now) is { } before && before != place.Name
            ? $"The copy is made {why}; the one on {before} is dropped when the site has come to use it."
            : $"The copy is made {why}.";

    private List<LoadedDatabase> Loaded(
        ServerName server,
        ImmutableArray<ChosenBase> chosen,
        Dictionary<BaseName, CopyPlace> places,
        ServerHistory kept
    ) =>
        [
            .. chosen.Select(b =>
                LoadedDatabase.Of(
                    b,
                    server,
                    (places.TryGetValue(b.Base, out var place) ? bases.Of(place.Base).DataTime : null)
                        ?? kept.Copies.GetValueOrDefault(b.Base),
                    place?.Name ?? kept.Hosts?.GetValueOrDefault(b.Base)
                )
            ),
        ];

    // What would end it at its first step.
    private string? FailureOf(Server server, IEnumerable<CopyPlace> places, CodePlan? code)
    {
        if (code?.Fails == true)
            return code.Problem;
        return usability.Obstacle(server)
            ?? places.Select(p => FailureOf(p.Base)).FirstOrDefault(failure => failure is not null);
    }

    private string? FailureOf(BaseSettings place) =>
        bases.ProblemOf(place)
        ?? (
            bases.Of(place).Exists
                ? null
                : $"The base {place.Name} was never restored: there is nothing to copy. Restore it "
                    + $"first, on the page of the bases or by POST api/bases/{place.Name}/restore."
        );

    /// <summary>What is different in <paramref name="after"/>, seen from <paramref name="before"/>.</summary>
    public async Task<Plan> Between(
        ServerName server,
        HistoryEntry before,
        HistoryEntry after,
        CancellationToken cancel
    )
    {
        var app = catalogue.Find(after.App);
        var from =
            before.App == after.App && before.Revision is { } revision ? new KeptCode(before.Path, revision) : null;
        var code = after.Revision is null
            ? null
            : await Compare(app, inventory.Find(server), from, new(after.Path, after.Revision), null, cancel);
        var databases = app.AllDatabases.Select(d => Between(app, d, before, after)).ToList();
        var files = Differences(before.Settings, after.Settings);
        return new(server, after.App, databases.FirstOrDefault(), code, files, null, null, [])
        {
            Databases = app.HasSeveralBases ? databases : null,
        };
    }

    // An entry of an app that had one base then says nothing of others.
    private DatabasePlan Between(AppSettings app, AppDatabase database, HistoryEntry before, HistoryEntry after)
    {
        var isUsual = database.Name == app.AllDatabases[0].Name;
        LoadedDatabase? In(HistoryEntry entry) => entry.Databases?.FirstOrDefault(d => d.Name == database.Name);
        DateTimeOffset? TimeIn(HistoryEntry entry) =>
            entry.App != app.Name ? null
            : entry.Databases is null && isUsual ? entry.DataTime
            : In(entry)?.DataTime;
        string? DoubtOf(HistoryEntry entry) =>
            TimeIn(entry) is not { } time ? null
            : isUsual ? times.DoubtOf(app.Name, time)
            : settings.Now.Base(In(entry)!.Base) is { } @base ? times.DoubtOf(@base, time)
            : null;
        var (from, to) = (In(before)?.Base, In(after)?.Base);
        return new(to ?? database.Usual, null, TimeIn(before), TimeIn(after), DoubtOf(before), DoubtOf(after))
        {
            Name = app.HasSeveralBases ? database.Name : null,
            From = from is not null && to is not null && from != to && before.App == after.App ? from : null,
        };
    }

    private ImmutableArray<FileChange> SettingsThen(
        AppSettings app,
        Server server,
        KeptCode? code,
        IReadOnlyList<LoadedDatabase> databases,
        string by,
        ServerHistory kept
    )
    {
        var last = kept.Entries.FirstOrDefault(e => !e.Settings.IsDefaultOrEmpty);
        try
        {
            var then = SiteTemplates.Render(
                app,
                values.Of(app, server, code, databases, last?.Build ?? JobId.Of(1), last?.By ?? by, hidePassword: true)
            );
            var now = last is null ? [] : last.Settings;
            return Differences(now, [.. then.Files.Select(f => new SiteFile(f.Key, f.Value))]);
        }
        catch (UnrenderableTemplate)
        {
            // It renders for this build, but not with the values of the last one: there is nothing to compare.
            return [];
        }
    }

    private static ImmutableArray<FileChange> Differences(
        ImmutableArray<SiteFile> before,
        ImmutableArray<SiteFile> after
    ) =>
        [
            .. NamesIn(after)
                .Union(NamesIn(before), StringComparer.Ordinal)
                .Select(name => new FileChange(name, Lines(TextOf(before, name), TextOf(after, name))))
                .Where(c => c.Lines.Any(l => l.Kind != "same")),
        ];

    private static IEnumerable<string> NamesIn(ImmutableArray<SiteFile> files) =>
        files.IsDefaultOrEmpty ? [] : files.Select(f => f.File);

    private static string TextOf(ImmutableArray<SiteFile> files, string name) =>
        files.IsDefaultOrEmpty ? "" : files.FirstOrDefault(f => f.File == name)?.Text ?? "";

    private static ImmutableArray<ChangedLine> Lines(string before, string after) =>
        [
            .. InlineDiffBuilder
                .Diff(before.TrimEnd('\n'), after.TrimEnd('\n'))
                .Lines.Where(l => l.Text is not null)
                .Select(l => new ChangedLine(
                    l.Type switch
                    {
                        ChangeType.Deleted => "gone",
                        ChangeType.Inserted => "new",
                        _ => "same",
                    },
                    l.Text
                )),
        ];

    private async Task<CodePlan> Compare(
        AppSettings app,
        Server server,
        KeptCode? from,
        CodeTarget to,
        JobId? copyMadeBy,
        CancellationToken cancel
    )
    {
        if (!server.Running)
            return new(from, to, null, false, [], $"{server.Name} is {server.State}.");
        var end = await guest.Compare(app, server, from, to, copyMadeBy, cancel);
        if (!end.Done)
        {
            var isMissing = end.Results.GetValueOrDefault("missing") == "true";
            return new(from, to, null, false, [], end.Message, isMissing)
            {
                Fails = isMissing || end.Outcome == HostOutcome.Refused,
                FoundOther = IsOther(end, from),
            };
        }
        var relation =
            end.Results.GetValueOrDefault("relation") is { } word && word is "same" or "forward" or "back" or "other"
                ? end.Results["relation"]
                : null;
        var commits = Enumerable
            .Range(0, MostCommits)
            .TakeWhile(i => end.Results.ContainsKey($"commit.{i}.revision"))
            .Select(i => CommitOf(end, i))
            .OfType<Commit>();
        return new(
            from,
            to with
            {
                Revision = Revision.From(end.Results.GetValueOrDefault("to_revision") ?? "") ?? to.Revision,
            },
            relation,
            end.Results.GetValueOrDefault("more") == "true",
            [.. commits],
            end.Results.GetValueOrDefault("problem")
        )
        {
            LastChanged = Revision.From(end.Results.GetValueOrDefault("to_last_changed") ?? ""),
            IsUntouched = end.Results.GetValueOrDefault("here_untouched") == "true",
            LeftOut = end.LeftOut,
            FoundOther = IsOther(end, from),
            Migrations = copyMadeBy is null ? null : MigrationsOf(end),
        };
    }

    private static MigrationsPlan? MigrationsOf(HostResult end)
    {
        if (end.Results.GetValueOrDefault("migrations") != "compared")
            return null;
        var all = Enumerable
            .Range(0, MostMigrations)
            .Select(i => (Name: FieldOf(end, $"migration.{i}.name"), Side: FieldOf(end, $"migration.{i}.side")))
            .TakeWhile(m => m.Name is not null)
            .ToLookup(m => m.Side, m => m.Name!);
        return new([.. all["unknown"]], [.. all["pending"]]);
    }

    private static bool IsOther(HostResult end, KeptCode? from) =>
        end.Results.GetValueOrDefault("here_revision") is { } now && Revision.From(now) != from?.Revision;

    private static Commit? CommitOf(HostResult end, int number)
    {
        string? Field(string name) => FieldOf(end, $"commit.{number}.{name}");
        return Revision.From(Field("revision") ?? "") is { } revision
            ? new(
                revision,
                Field("author"),
                DatabaseHost.Instant(end.Results, $"commit.{number}.at"),
                Field("message"),
                Field("side") == "gone" ? "gone" : "new"
            )
            : null;
    }

    // From another machine.
    private static string? FieldOf(HostResult end, string key) =>
        end.Results.GetValueOrDefault(key) is { Length: > 0 } text
            ? new([.. text.Where(c => !char.IsControl(c)).Take(200)])
            : null;
}
