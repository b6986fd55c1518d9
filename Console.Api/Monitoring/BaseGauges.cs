using TestServers.Databases;

namespace TestServers.Monitoring;

/// <summary>How bases and database hosts are: looked at when somebody asks for the metrics.</summary>
public sealed class BaseGauges(
    CurrentSettings settings,
    Restores restores,
    BaseFacts bases,
    BasePresenter views,
    TimeProvider clock
)
{
    internal IEnumerable<GaugeSource> Sources =>
        [
            new(
                "console_database_host_up",
                "1 when the database host's program answers",
                ["host"],
                () =>
                    bases.Hosts.Select(h => new GaugeRow([h.Host.Settings.Name], Bit(bases.ProblemOf(h.Host) is null)))
            ),
            new(
                "console_database_host_disk_free_bytes",
                "Free where PostgreSQL's data are",
                ["host"],
                () => Disks(s => s.DiskFree)
            ),
            new(
                "console_database_host_disk_size_bytes",
                "Size of the disk with PostgreSQL's data",
                ["host"],
                () => Disks(s => s.DiskSize)
            ),
            new(
                "console_base_data_age_seconds",
                "Age of a base's data; missing when it is not known",
                ["base"],
                () => OfBases(b => views.AgeOf(b, DataTimeOf(b))?.TotalSeconds)
            ),
            new(
                "console_base_data_doubtful",
                "1 when a base's dump says a time in the future, so that the age of its data is not known",
                ["base"],
                () => OfBases(b => Bit(views.DoubtOf(b) is not null))
            ),
            new(
                "console_base_stale",
                "1 when a base's data are older than its limit, or there are none",
                ["base"],
                () => OfBases(b => Bit(views.IsStale(b, DataTimeOf(b))))
            ),
            new(
                "console_base_restore_age_seconds",
                "Since the last restore of a base that succeeded",
                ["base"],
                () => Ages(LastSuccess)
            ),
            new(
                "console_base_restore_ok",
                "1 when the last restore of a base succeeded",
                ["base"],
                () => OfBases(b => restores.LastOf(b.Name) is { } last ? Bit(last.State == JobState.Succeeded) : null)
            ),
            new("console_base_size_bytes", "Size of a base", ["base"], () => OfBases(b => bases.Of(b.Name).Size)),
            new("console_base_spares", "Spares that are ready", ["base"], () => OfBases(b => bases.Of(b.Name).Spares)),
            new(
                "console_base_spares_wanted",
                "Spares that the settings ask for",
                ["base"],
                () => OfBases(b => b.Spares * b.Places.Count())
            ),
            new(
                "console_base_place_data_age_seconds",
                "Age of the data of a base that is on several database hosts, on each",
                ["base", "host"],
                () => OfPlaces(p => views.AgeOf(p, bases.Of(p).DataTime)?.TotalSeconds)
            ),
            new(
                "console_base_place_spares",
                "Spares of such a base that are ready, on each of its database hosts",
                ["base", "host"],
                () => OfPlaces(p => bases.Of(p).Spares)
            ),
        ];

    private DateTimeOffset? DataTimeOf(BaseSettings @base) => bases.Of(@base.Name).DataTime;

    private DateTimeOffset? LastSuccess(BaseSettings @base) =>
        restores.Store.All.FirstOrDefault(r => r.Base == @base.Name && r.State == JobState.Succeeded)?.EndedAt;

    private IEnumerable<GaugeRow> Ages(Func<BaseSettings, DateTimeOffset?> of) =>
        OfBases(b => of(b) is { } time ? (clock.GetUtcNow() - time).TotalSeconds : null);

    private IEnumerable<GaugeRow> OfBases(Func<BaseSettings, double?> of) =>
        from @base in settings.Newest.Bases
        let value = of(@base)
        where value is not null
        select new GaugeRow([@base.Name.Text], value.Value);

    private IEnumerable<GaugeRow> OfPlaces(Func<BaseSettings, double?> of) =>
        from place in settings.Newest.Bases.Where(b => b.IsOnSeveral).SelectMany(b => b.Places)
        let value = of(place)
        where value is not null
        select new GaugeRow([place.Name.Text, place.Host], value.Value);

    private IEnumerable<GaugeRow> Disks(Func<DatabaseHostStatus, long?> of) =>
        from host in bases.Hosts
        where bases.ProblemOf(host.Host) is null && host.Status is not null
        let bytes = of(host.Status)
        where bytes is not null
        select new GaugeRow([host.Host.Settings.Name], bytes.Value);

    private static double Bit(bool yes) => yes ? 1 : 0;
}
