namespace TestServers.Jobs;

/// <summary>What stands in numbers.json.</summary>
/// <param name="Next">The number of the next build or restore.</param>
public sealed record NumbersState(int Version, long Next) : IVersioned
{
    private const long Largest = 100_000_000_000_000;

    public string? FindFault() => Next is >= 1 and <= Largest ? null : $"`next` is {Next}, which is not 1 to {Largest}";
}

/// <summary>
/// One row of numbers for builds and restores together, so that numbers tell who came first in a lane both use. None is
/// given twice, whatever was removed: the next one is on disk with what has got the one before.
/// </summary>
public sealed class JobNumbers
{
    private JsonFile<NumbersState>? _file;
    private JobId? _last;

    /// <summary>Takes a number.</summary>
    public JobId Next(Act act) => JobId.Of(act.Change(_file!, n => n with { Next = n.Next + 1 }).Next - 1);

    /// <summary>Called for every request that is loaded at the start.</summary>
    public void Taken(JobId id) => _last = _last is null || id.Number > _last.Number ? id : _last;

    /// <summary>Opens the file, once every request is loaded.</summary>
    /// <exception cref="UnreadableFile">Its next number was given already.</exception>
    public void Open(StateFolder state)
    {
        var last = _last?.Number ?? 0;
        _file = state.Open("numbers.json", new NumbersState(1, last + 1));
        if (_file.Value.Next <= last)
        {
            throw new UnreadableFile(
                $"{_file.Path} says that {_file.Value.Next} is the next number, but build or restore {last} is there. "
                    + $"Put the state folder back as a whole, from one backup, or set `next` to {last + 1} or more."
            );
        }
    }
}
