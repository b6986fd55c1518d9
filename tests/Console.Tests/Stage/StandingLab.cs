using System.Reflection;
using Xunit.Sdk;

namespace TestServers.Tests.Stage;

/// <summary>
/// For stories that end a part of the lab: one that fails before it has completed the lab again fails alone, and those
/// after it find the lab whole.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class StandingLabAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest)
    {
        var lab = new LabFixture();
        var parts = Directory.EnumerateFiles(Path.Combine(lab.Folder, "pid")).Select(f => Path.GetFileName(f));
        // On another thread: xunit's own may be the only one that could go on.
        if (parts.Any(part => !LabHost.IsAlive(lab.ProcessOf(part))))
            Task.Run(() => lab.Mend()).GetAwaiter().GetResult();
    }
}
