namespace TestServers.Tests.Lab;

/// <summary>The lab with a console that speaks ssh itself, as long as its tests run; then it is as before.</summary>
public sealed class SshNetLab : LabFixture, IAsyncLifetime
{
    private string Choice => Path.Combine(Folder, "transport");

    public async Task InitializeAsync()
    {
        await this.AsOwner("bash", "-c", "echo sshnet >\"$1\"", "-", Choice);
        await this.Mend();
        await LabHost.EndSharedConnections(Path.Combine(Folder, "run"));
    }

    public async Task DisposeAsync()
    {
        await this.AsOwner("rm", Choice);
        await this.Mend();
    }
}

/// <summary>Tests on that lab: nothing else runs meanwhile, and its console is started again only twice.</summary>
[CollectionDefinition("lab by SSH.NET", DisableParallelization = true)]
public sealed class LabBySshNet : ICollectionFixture<SshNetLab>;
