namespace TestServers.Databases;

/// <summary>A database host on which a server's copy of a base can be made.</summary>
/// <param name="Base">The base as it is there.</param>
/// <param name="Why">Why there and not on another of the base's hosts; null: it has but one.</param>
public sealed record CopyPlace(BaseSettings Base, DatabaseHost Host, string? Why)
{
    /// <summary>The host's name.</summary>
    public string Name => Host.Settings.Name;
}

/// <summary>A server's copy of a base that is to be made.</summary>
/// <param name="Current">The host that has the server's copy now; null: none has.</param>
/// <param name="Night">The data time that is wanted; null: the newest.</param>
public sealed record WantedCopy(BaseSettings Base, ServerName Server, string? Current, DateTimeOffset? Night = null);

/// <summary>
/// On which of a base's database hosts a server's copy is made. One that answers, has the base and has room comes
/// before one that does not; then the one that has the wanted night; then newer data before older, so that nobody gets
/// yesterday's because a restore has failed somewhere; then the one with savepoints of the server, which one can go
/// back to there alone; then one with a spare; then the one that has the server's copy now; then the order of the
/// settings.
/// </summary>
public sealed class Placement(BaseFacts bases, ISavedPlaces saved)
{
    /// <summary>The places for a copy, the best first; those that are no use at present come last.</summary>
    public IReadOnlyList<CopyPlace> Of(WantedCopy wanted)
    {
        var (@base, current) = (wanted.Base, wanted.Current);
        if (!@base.IsOnSeveral)
            return
            [
                new(
                    @base,
                    bases.HostOf(@base),
                    current is null || current == @base.Host
                        ? null
                        : $"on {@base.Host}, as the settings name {@base.Name} there and not on {current}"
                ),
            ];
        List<Seen> all =
        [
            .. @base
                .Places.Where(place => bases.TwinOf(place) is null)
                .Select(place => Look(place, wanted))
                .OrderBy(s => s.Trouble is not null)
                .ThenByDescending(s => s.HasNight)
                .ThenByDescending(s => s.Known.DataTime ?? DateTimeOffset.MinValue)
                .ThenByDescending(s => s.IsSaved)
                .ThenByDescending(s => s.Known.Spares > 0)
                .ThenByDescending(s => s.IsCurrent),
        ];
        return
        [
            .. all.Select(s => new CopyPlace(
                s.Place,
                bases.HostOf(s.Place),
                Say(s, [.. all.Where(o => o != s)], wanted)
            )),
        ];
    }

    private Seen Look(BaseSettings place, WantedCopy wanted)
    {
        var known = bases.Of(place);
        return new(
            place,
            known,
            TroubleOf(place, known),
            wanted.Night is { } night && bases.HasNight(place, night),
            saved.HasAny(wanted.Server, place.Name, place.Host),
            place.Host == wanted.Current
        );
    }

    // Why nothing can be had from it now; null: it can.
    private string? TroubleOf(BaseSettings place, KnownBase known)
    {
        if (bases.ProblemOf(bases.HostOf(place)) is { } problem)
            return $"{place.Host} does not answer ({problem.TrimEnd('.')})";
        if (bases.ProblemOf(place) is not null)
            return $"{place.Name} on {place.Host} is another console's";
        if (!known.Exists)
            return $"{place.Host} has no {place.Name} yet";
        // A spare takes no more room than it has, and neither does a clone.
        if (known.Spares > 0 || known.Method == "clone")
            return null;
        return bases.StatusOf(bases.HostOf(place))?.DiskFree is { } free && free < known.Size
            ? $"{place.Host} has no room: {Sizes.Say(free)} are free"
            : null;
    }

    private static string Say(Seen one, List<Seen> others, WantedCopy wanted)
    {
        if (others.Count == 0)
            return $"on {one.Place.Host}, its one database host at present";
        var reasons = others.Select(o => Reason(one, o, wanted)).Distinct(StringComparer.Ordinal);
        return $"on {one.Place.Host}, as {string.Join(", and ", reasons)}";
    }

    // What decides between two of them.
    private static string Reason(Seen one, Seen other, WantedCopy wanted)
    {
        var (here, there) = (one.Place.Host, other.Place.Host);
        if (other.Trouble is { } trouble)
            return trouble;
        if (one.Trouble is { } own)
            return own;
        if (one.HasNight && !other.HasNight)
            return $"{here} has the data of {Times.Say(wanted.Night!.Value)} and {there} has not";
        if (other.Known.DataTime is { } time && time < one.Known.DataTime)
            return $"{there} has older data, of {Times.Say(time)}";
        if (one.IsSaved && !other.IsSaved)
            return $"{here} has savepoints of {wanted.Server}";
        if (one.Known.Spares > 0 && other.Known.Spares == 0)
            return $"{here} has a spare ready and {there} has none";
        if (one.IsCurrent)
            return $"{here} has the copy of {wanted.Server} now";
        return $"the settings name {here} before {there}";
    }

    private sealed record Seen(
        BaseSettings Place,
        KnownBase Known,
        string? Trouble,
        bool HasNight,
        bool IsSaved,
        bool IsCurrent
    );
}
