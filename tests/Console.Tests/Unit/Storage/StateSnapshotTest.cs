namespace TestServers.Tests.Unit.Storage;

/// <summary>A state folder as it was at one moment, beside somebody who writes there.</summary>
public sealed class StateSnapshotTest
{
    [Fact]
    public async Task Files_that_come_and_go_while_they_are_listed_are_waited_for()
    {
        using var folder = new TemporaryFolder();
        JsonFile<StateMark>.Create(
            folder[StatePlace.Mark],
            new(JsonFile<StateMark>.Version, DateTimeOffset.UtcNow, StateMark.NewId(), [])
        );
        using var held = LockFile.Take(folder[StatePlace.Lock]);
        Assert.NotNull(held);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var writing = Task.Run(() =>
        {
            // As the disk keeps what was there before: it goes, and is there again at once.
            for (var at = 0; !stop.IsCancellationRequested; at = (at + 1) % 10)
            {
                File.Delete(folder[$"{at}.json.last"]);
                File.WriteAllText(folder[$"{at}.json.last"], "{}");
            }
        });
        try
        {
            using var snapshot = await StateSnapshot.Take(folder.Path, CancellationToken.None);
            Assert.Contains(snapshot.Files, f => f.Name == StatePlace.Mark);
        }
        finally
        {
            await writing;
        }
    }
}
