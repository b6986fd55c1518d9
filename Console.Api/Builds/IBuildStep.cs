namespace TestServers.Builds;

/// <summary>A step of builds. They are registered in the order in which people see them.</summary>
public interface IBuildStep : IStep<Build, BuildWork>
{
    /// <summary>Whether a build has it.</summary>
    /// <param name="database">Whether a fresh database is wanted.</param>
    /// <param name="code">Whether code is wanted.</param>
    bool IsPartOf(AppSettings app, bool database, bool code);

    /// <summary>Whether a build has it that takes its app off the server.</summary>
    bool IsPartOfTakingOff(AppSettings app) => false;
}
