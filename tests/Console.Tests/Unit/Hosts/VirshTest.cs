using TestServers.Hosts.Libvirt;

namespace TestServers.Tests.Unit.Hosts;

public sealed class VirshTest
{
    [Fact]
    public void States_are_read_from_the_end_of_the_row_whatever_the_name_holds()
    {
        string[] lines =
        [
            " Id   Name             State",
            "------------------------------",
            " 1    qa01             running",
            " 12   two words        paused",
            " -    qa03             shut off",
            " -    --all            crashed",
            " -    $(cmd)           no state",
            " -    <b>x</b>         in shutdown",
            @" -    a\x09b           pmsuspended",
            " 3    it is running    idle",
            "",
        ];
        var (table, garbage) = Virsh.Read(lines);
        Assert.Null(garbage);
        Assert.Empty(table!.Odd);
        Assert.Equal(
            [
                ("qa01", "running"),
                ("two words", "paused"),
                ("qa03", "shut off"),
                ("--all", "crashed"),
                ("$(cmd)", "no state"),
                ("<b>x</b>", "in shutdown"),
                (@"a\x09b", "pmsuspended"),
                ("it is running", "idle"),
            ],
            table.Domains.Select(d => (d.Name, d.State))
        );
    }

    [Fact]
    public void A_host_without_domains_is_an_empty_list()
    {
        var (table, _) = Virsh.Read([" Id   Name   State", "--------------------", ""]);
        Assert.Empty(table!.Domains);
    }

    [Theory]
    [InlineData("")]
    [InlineData("error: failed to connect")]
    [InlineData(" Id   Name   State")]
    [InlineData(" Id   Name   State\n------\n 1    qa01    dancing")]
    [InlineData(" Id   Name   State\n------\n 1    qa01    running\n<html>")]
    [InlineData(
        " Id   Name   State\n------\n 1    qa01    running\nerror: Disconnected from qemu:///system due to end of file"
    )]
    [InlineData(" Id   Name   State\n------\n 1    qa01    running\n 2    qa02")]
    [InlineData("<html>")]
    public void Anything_else_is_garbage_and_never_an_empty_list(string text)
    {
        var (table, garbage) = Virsh.Read(text.Split('\n'));
        Assert.Null(table);
        Assert.NotNull(garbage);
    }

    [Theory]
    [InlineData("dancing"), InlineData("läuft"), InlineData("shut off ?"), InlineData("-")]
    public void A_row_of_a_state_that_is_not_known_leaves_out_that_row_alone(string state)
    {
        var (table, _) = Virsh.Read([
            " Id   Name   State",
            "------",
            " 1    qa01    running",
            $" 2    qa02    {state}",
            " -    qa03    shut off",
        ]);
        Assert.Equal(["qa01", "qa03"], table!.Domains.Select(d => d.Name));
        Assert.Equal(["qa02"], table.Odd.Select(o => o.Name));
    }

    [Fact]
    public void A_megabyte_of_blanks_is_read_in_no_time_to_speak_of()
    {
        var (table, _) = Virsh.Read([" Id   Name   State", "-----", " 1 " + new string(' ', 1_000_000) + "x"]);
        Assert.Null(table);
    }

    [Theory]
    [InlineData("qa07", "7"), InlineData("qa100", "100"), InlineData("qa", "0"), InlineData("qa000", "0")]
    public void The_number_in_an_address_is_the_digits_at_the_end(string server, string number) =>
        Assert.Equal($"127.71.0.{number}", Placeholders.Fill("127.71.0.{number}", ServerName.From(server)!));
}
