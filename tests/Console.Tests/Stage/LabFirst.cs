using Xunit.Abstractions;

[assembly: TestCollectionOrderer(
    "TestServers.Tests.Stage." + nameof(TestServers.Tests.Stage.LabFirst),
    "Console.Tests"
)]

namespace TestServers.Tests.Stage;

/// <summary>
/// What is tried on the lab goes one after the other and takes longest: it begins first, and all else runs beside it.
/// </summary>
public sealed class LabFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => collection.DisplayName == "lab" ? 0 : 1);
}
