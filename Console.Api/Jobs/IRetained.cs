namespace TestServers.Jobs;

/// <summary>Something of which the console keeps the newest only.</summary>
public interface IRetained
{
    /// <summary>Raised when one more may be too many.</summary>
    event Action? Grown;

    /// <summary>Removes what is too old.</summary>
    /// <param name="kept">So many of the newest stay, unless they ended before <paramref name="time"/>.</param>
    /// <exception cref="IOException">The disk refused; the next call goes on.</exception>
    void RemoveOld(int kept, DateTimeOffset time);
}
