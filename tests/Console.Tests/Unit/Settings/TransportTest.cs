using TestServers.HostPrograms;

namespace TestServers.Tests.Unit.Settings;

/// <summary>
/// Who speaks ssh: the console itself, unless the settings ask for something that only the program ssh can.
/// </summary>
public sealed class TransportTest
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("\"sshnet\"", null, false)]
    [InlineData("\"openssh\"", null, true)]
    [InlineData(null, "\"ssh_config\"", true)]
    [InlineData("\"openssh\"", "\"ssh_config\"", true)]
    public void It_is_the_console_itself_unless_the_settings_need_the_program_ssh(
        string? transport,
        string? config,
        bool isProgram
    )
    {
        using var settings = new WholeSettings();
        var loaded = With(settings, "guests.ssh", transport, config).Load();
        var reached = Transport.To("qa01", "qa01.example", loaded.Guests!.Ssh, loaded.Runtime);
        Assert.Equal(isProgram ? typeof(OpenSshTransport) : typeof(SshTransport), reached.GetType());
    }

    [Theory]
    [InlineData("guests.ssh")]
    [InlineData("databaseHosts[0].ssh")]
    public void A_file_that_only_the_program_ssh_reads_is_refused_where_the_console_is_to_speak_itself(string place)
    {
        using var settings = new WholeSettings();
        var refusal = With(settings, place, "\"sshnet\"", "\"ssh_config\"").Refusal();
        Assert.Contains($"`{place}.transport` is wrong", refusal, StringComparison.Ordinal);
        Assert.EndsWith(
            "a right one is openssh, or left out, where `config` is given: only the program ssh reads that file.",
            refusal,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_the_program_ssh_the_runtime_folder_may_have_a_name_of_any_length()
    {
        using var settings = new WholeSettings();
        With(settings, "guests.ssh", null, null);
        With(settings, "databaseHosts[0].ssh", null, null);
        var runtime = settings.Folder + "/run/" + new string('a', 60);
        Assert.Equal(runtime, settings.With("runtime", $"\"{runtime}\"").Load().Runtime);
    }

    private static WholeSettings With(WholeSettings settings, string place, string? transport, string? config) =>
        settings.With(place + ".transport", transport).With(place + ".config", config);
}
