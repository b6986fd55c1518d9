namespace TestServers.Builds;

/// <summary>Servers on which nothing is under way that something else would spoil.</summary>
public sealed class IdleServers(JobStore<Build> builds, BusyServers busy)
{
    /// <summary>Lets pass a server on which nothing is under way.</summary>
    /// <exception cref="Problem">409: a build waits or runs there, a savepoint is made or gone back to, or its power is
    /// being changed.</exception>
    public void Ensure(ServerName server)
    {
        if (builds.Open.FirstOrDefault(b => b.Server == server) is { } build)
        {
            var how = build.State == JobState.Running ? "runs" : "waits";
            throw Problem
                .Conflict(
                    $"Build {build.Id} of {build.By} {how} on {server}. Wait until it has ended, or cancel it; "
                        + "then try again."
                )
                .With("server", server);
        }
        if (busy.WhatOn(server) is { } what)
            throw Problem.Conflict($"{what} Wait until that has ended.").With("server", server);
    }
}
