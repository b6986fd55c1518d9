namespace TestServers.Hosts.OpenStack;

/// <summary>What a cloud did not do, as a sentence that says why, and what to do.</summary>
internal sealed class CloudFault(string sentence) : Exception(sentence)
{
    /// <summary>For how long it wants to be left alone; null: it did not say.</summary>
    public TimeSpan? Pause { get; init; }

    /// <summary>That who signs in is refused: tried again and again, Keystone may lock the user out.</summary>
    public bool IsRefusal { get; init; }
}
