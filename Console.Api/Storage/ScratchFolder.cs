namespace TestServers.Storage;

/// <summary>
/// Files for a program that is run once: in a folder of their own, which nobody else may open, and which goes with
/// this. They are no state, and no fsync is waited for.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("console-");

    /// <summary>The path of a file.</summary>
    public string this[string name] => Path.Combine(_folder.FullName, name);

    public Task Write(string name, byte[] bytes, CancellationToken cancel) =>
        File.WriteAllBytesAsync(this[name], bytes, cancel);

    public void Dispose() => _folder.Delete(recursive: true);
}
