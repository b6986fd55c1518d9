namespace TestServers.Tests.Stage;

/// <summary>
/// A lab whose console calls the program ssh. The second lab of scripts/dev/test is one; another is one as long as a
/// class of these tests runs.
/// </summary>
public sealed class OpenSshLab : LabFixture, IAsyncLifetime
{
    private bool _isChanged;

    public async Task InitializeAsync()
    {
        if (UsesOpenSsh)
            return;
        await this.Mend("--transport", "openssh");
        _isChanged = true;
    }

    public async Task DisposeAsync()
    {
        if (!_isChanged)
            return;
        await this.Mend("--transport", "sshnet");
        await LabHost.EndSharedConnections(Path.Combine(Folder, "run"));
    }

    private bool UsesOpenSsh =>
        File.Exists(Path.Combine(Folder, "transport"))
        && File.ReadAllText(Path.Combine(Folder, "transport")).Trim() == "openssh";
}
