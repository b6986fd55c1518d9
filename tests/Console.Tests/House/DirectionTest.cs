using System.Text.RegularExpressions;

namespace TestServers.Tests.House;

/// <summary>Dependencies go one way. Read from the sources, so that a new arrow is seen where it is drawn.</summary>
public sealed partial class DirectionTest
{
    // Each folder may use those before it, and Names, Problem, Settings, Times at the root.
    private static readonly string[] Order = ["Storage", "Commands", "Messages", "Requests", "Http", "Access", "Hosts", "Reservations", "Apps", "Databases", "Builds", "Servers", "Live", "Monitoring"];

    private static string Root() => House.Sources.Root();

    private static IEnumerable<(string Folder, string File, string Text)> Sources() =>
        Directory.EnumerateFiles(Root(), "*.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Root(), f)).Where(f => !f.StartsWith("obj", StringComparison.Ordinal) && !f.StartsWith("bin", StringComparison.Ordinal))
            .Select(f => (Path.GetDirectoryName(f)!, f, File.ReadAllText(Path.Combine(Root(), f))));

    [Fact]
    public void Every_folder_has_its_place_in_the_order() =>
        Assert.Equal(Order.Order(), Sources().Select(s => s.Folder).Where(f => f.Length > 0).Distinct().Order());

    [Fact]
    public void No_folder_uses_one_that_comes_after_it()
    {
        var wrong = from source in Sources()
                    where source.Folder.Length > 0
                    from Match used in Usings().Matches(source.Text)
                    let target = used.Groups[1].Value
                    where Array.IndexOf(Order, target) > Array.IndexOf(Order, source.Folder)
                    select $"{source.File} uses {target}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Tools_know_no_noun()
    {
        string[] tools = ["Storage", "Commands", "Messages"];
        var wrong = from source in Sources()
                    where tools.Contains(source.Folder)
                    from Match used in Usings().Matches(source.Text)
                    where !tools.Contains(used.Groups[1].Value)
                    select $"{source.File} uses {used.Groups[1].Value}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Only_Access_Http_the_Api_files_and_the_start_see_a_request() =>
        Assert.Empty(Sources().Where(s => s.Text.Contains("HttpContext", StringComparison.Ordinal) && s.Folder.Length > 0 && s.Folder is not ("Access" or "Http") && !s.File.EndsWith("Api.cs", StringComparison.Ordinal)).Select(s => s.File));

    [Fact]
    public void Only_the_command_runner_starts_a_process() =>
        Assert.Empty(
            Sources()
                .Where(s => s.File != "Commands/CommandRunner.cs")
                .Where(s => ProcessStarts().IsMatch(s.Text))
                .Select(s => s.File)
        );

    [Fact]
    public void Only_the_files_of_ssh_know_its_library() =>
        Assert.All(
            Sources().Where(s => s.Text.Contains("Renci", StringComparison.Ordinal)),
            s => Assert.StartsWith("Commands/Ssh", s.File, StringComparison.Ordinal)
        );

    [Fact]
    public void Only_Monitoring_knows_Prometheus() =>
        Assert.Empty(Sources().Where(s => s.Folder != "Monitoring" && PrometheusName().IsMatch(s.Text)).Select(s => s.File));

    [Fact]
    public void Only_Storage_and_the_log_of_a_request_write_files() =>
        Assert.Empty(Sources().Where(s => s.Folder != "Storage" && s.File != "Requests/RequestLog.cs" && Writes().IsMatch(s.Text)).Select(s => s.File));

    [GeneratedRegex(@"TestServers\.(\w+)")] private static partial Regex Usings();
    [GeneratedRegex(@"CliWrap|Process\.Start|ProcessStartInfo")] private static partial Regex ProcessStarts();
    [GeneratedRegex(@"using Prometheus|Prometheus\.")] private static partial Regex PrometheusName();
    [GeneratedRegex(@"File\.(Write|Append|Create|Move|Copy|Replace)|FileMode\.(Create|Append|OpenOrCreate)")] private static partial Regex Writes();
}
