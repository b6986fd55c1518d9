using TestServers.Commands;

namespace TestServers.Tests.Unit.Commands;

public sealed class ToolWordsTest
{
    private const string Advice =
        "\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";

    /// <summary>The line with the cause is the reason, not the summary after it and not the advice.</summary>
    [Theory]
    [InlineData(
        "ssh: connect to host git port 22: Connection refused\r\n"
            + "fatal: Could not read from remote repository."
            + Advice,
        "ssh: connect to host git port 22: Connection refused"
    )]
    [InlineData(
        "Host key verification failed.\nfatal: Could not read from remote repository." + Advice,
        "Host key verification failed."
    )]
    [InlineData(
        "fatal: Could not read from remote repository." + Advice,
        "fatal: Could not read from remote repository."
    )]
    [InlineData(
        "remote: Repository not found.\nfatal: repository 'https://git/x/' not found\n",
        "fatal: repository 'https://git/x/' not found"
    )]
    [InlineData(
        "error: RPC failed; curl 28\nfatal: early EOF\nfatal: fetch-pack: invalid output\n",
        "error: RPC failed; curl 28"
    )]
    [InlineData(
        "warning: x\0\nfatal: remote error:\0 no such thing\nhint: look there\n",
        "fatal: remote error: no such thing"
    )]
    [InlineData(
        "svn: E170013: Unable to connect\nsvn: E000111: Can't connect to host 'svn': Connection refused\n",
        "svn: E000111: Can't connect to host 'svn': Connection refused"
    )]
    [InlineData(
        "ssh: connect to host svn port 22: No route to host\n"
            + "svn: E170013: Unable to connect\nsvn: E210002: To better debug SSH\nsvn: E210002: "
            + "Network connection closed unexpectedly\n",
        "ssh: connect to host svn port 22: No route to host"
    )]
    [InlineData(
        "svn: E170013: Unable to connect\nsvn: E210002: Network connection closed unexpectedly\n",
        "svn: E210002: Network connection closed unexpectedly"
    )]
    [InlineData("git: it is not there\n", "git: it is not there")]
    [InlineData(" \n\0\n", null)]
    public void The_line_with_the_cause_is_the_reason(string errors, string? cause) =>
        Assert.Equal(cause, ToolWords.CauseIn(errors));
}
