namespace TestServers.Tests.Unit.Settings;

/// <summary>Files and folders that the settings name are looked at before anybody needs them.</summary>
public sealed class NamedFilesTest
{
    [Theory]
    [InlineData("rm key", "`guests.ssh.key` is wrong: it is `key`, and a right one names a file; there is no")]
    [InlineData("rm key; mkdir key", "`guests.ssh.key` is wrong: it is `key`, and a right one names a file; ")]
    [InlineData(
        "> key",
        "`guests.ssh.key` is wrong: it is `key`, and a right one names a private key, and this file is empty"
    )]
    [InlineData("chmod 640 key", "chmod 600 it")]
    [InlineData("chmod 604 key", "chmod 600 it")]
    [InlineData("ssh-keygen -q -t ed25519 -N '' -f k; cp k.pub key", "a private key, and this is the public one")]
    [InlineData("ssh-keygen -q -t rsa -N '' -f k; ssh-keygen -e -f k > key", "and this is the public one")]
    [InlineData("echo PuTTY-User-Key-File-3: ssh-ed25519 > key", "a private key as ssh-keygen writes it")]
    [InlineData("echo '127.0.0.1 ssh-ed25519 AAAA' > key", "a private key as ssh-keygen writes it")]
    [InlineData("rm key; ssh-keygen -q -t ed25519 -N sesame -f key", "a private key without a passphrase")]
    [InlineData("rm key; ssh-keygen -q -t rsa -m PEM -N sesame -f key", "a private key without a passphrase")]
    [InlineData("rm key; ssh-keygen -q -t rsa -m PKCS8 -N sesame -f key", "a private key without a passphrase")]
    [InlineData("truncate -s 2M key", "this file has more than 1 MB")]
    [InlineData("rm key; mkfifo -m 600 key", "key is a pipe")]
    [InlineData("rm known; mkfifo known", "known is a pipe")]
    [InlineData("rm ssh_config; mkfifo ssh_config", "ssh_config is a pipe")]
    [InlineData("rm program; mkfifo -m 755 program", "program is a pipe")]
    [InlineData("rm password; mkfifo password", "password is a pipe")]
    [InlineData("rm password; ln -s /dev/zero password", "password is a device")]
    [InlineData("truncate -s 2M password", "a right one has at most 1 MB")]
    [InlineData("rm templates/wsgi.py; mkfifo templates/wsgi.py", "wsgi.py is a pipe")]
    [InlineData("rm templates/wsgi.py; ln -s /dev/zero templates/wsgi.py", "wsgi.py is a device")]
    [InlineData("rm known", "`guests.ssh.knownHosts` is wrong")]
    [InlineData("rm ssh_config", "`guests.ssh.config` is wrong")]
    [InlineData("rm program", "`databaseHosts[1].local.program` is wrong (in `db2`)")]
    [InlineData("chmod 644 program", "a right one may be run: chmod +x it")]
    [InlineData("rm page/index.html", "`wwwroot` is wrong")]
    [InlineData("rm -r page; echo x > page", "`wwwroot` is wrong: it is `page`, and a right one names a folder; ")]
    [InlineData(
        "rm -r templates",
        "`apps[0].templates` is wrong (in `shop`): it is `templates`, and a right one names a folder; there is no"
    )]
    [InlineData("rm templates/wsgi.py", "templates/wsgi.py, or the console's account may not see it")]
    [InlineData("rm templates/wsgi.py; mkdir templates/wsgi.py", "templates/wsgi.py is a folder")]
    [InlineData(
        "rm templates/wsgi.py; ln -s nowhere templates/wsgi.py",
        "templates/wsgi.py, or the console's account may not see it"
    )]
    [InlineData("echo x > 'templates/a b'", "`a b` in it has a name with more than 50 characters, or others than")]
    [InlineData("cd templates; touch $(seq 28)", "names a folder with 1 to 30 templates, and ")]
    [InlineData("echo '{{variables.color}}' > templates/more.ini", "templates/more.ini does not render (line 1)")]
    [InlineData("mkfifo templates/more.ini", "more.ini is a pipe")]
    [InlineData("printf '\\344' > templates/settings.py", "a right one is UTF-8, and ")]
    [InlineData("echo '{{variables.color}}' > templates/settings.py", "templates/settings.py does not render (line 1)")]
    [InlineData("echo '{{#if}' > templates/settings.py", "templates/settings.py does not render")]
    [InlineData("echo '{{sever.name}}' > templates/apache.conf", "templates/apache.conf does not render (line 1)")]
    [InlineData("chmod 755 templates; cd templates; cp wsgi.py wsgi.py.cshtml", "wsgi.py are two: remove one")]
    [InlineData(
        "chmod 755 templates; cd templates; mv wsgi.py wsgi.py.cshtml; chmod 664 wsgi.py.cshtml",
        "wsgi.py.cshtml: look at what it has now, then chmod go-w it."
    )]
    [InlineData(
        "chmod 777 templates; cd templates; mv wsgi.py wsgi.py.cshtml; chmod 644 wsgi.py.cshtml",
        "only their owner may write; others may write "
    )]
    [InlineData(
        "chmod 755 templates; mkdir -m 770 x; touch x/w; chmod 644 x/w; cd templates; rm "
            + "wsgi.py; ln -s ../x/w wsgi.py.cshtml",
        "/x: look at what it has now, then chmod go-w it."
    )]
    [InlineData(
        "chmod 755 templates; cd templates; echo 'x = a@Model.path' > wsgi.py.cshtml; rm wsgi.py; chmod 644 *",
        "wsgi.py.cshtml does not render (line 1): a@Model.path is an address to Razor, not a value."
    )]
    [InlineData(
        "chmod 755 templates; cd templates; echo '@Model.sever.name' > wsgi.py.cshtml; rm wsgi.py; chmod 644 *",
        "wsgi.py.cshtml does not render (line 1): there is no value sever for it."
    )]
    [InlineData("rm password", "`apps[0].database.passwordFile` is wrong (in `shop`)")]
    [InlineData("> password", "a right one names a file with a password in it, and this one is empty")]
    [InlineData("printf ' \\n' > password", "a right one names a file with a password in it, and this one is empty")]
    [InlineData(
        "printf 'a\\nb\\n' > password",
        "a right one names a file with a password on one line, and nothing else"
    )]
    [InlineData("printf '\\377' > password", "a right one is UTF-8, and ")]
    public void What_cannot_be_used_is_told_with_its_key(string make, string said)
    {
        using var settings = new WholeSettings();
        Shell.Run(make, settings.Folder);
        var refusal = settings.Refusal();
        Assert.Contains(said, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal);
    }

    [Theory]
    [InlineData("echo '{{{{build.by}}}}' > templates/wsgi.py")]
    [InlineData("echo 'x = {{database.password}}' > templates/settings.py")]
    [InlineData("printf 'sesame' > password")]
    [InlineData("chmod 755 templates; cd templates; echo '@Model.build.by' > wsgi.py.cshtml; rm wsgi.py; chmod 644 *")]
    [InlineData("mv key k; ln -s k key")]
    [InlineData("rm key; ssh-keygen -q -t ed25519 -N '' -f key")]
    [InlineData("rm key; ssh-keygen -q -t ecdsa -N '' -f key")]
    [InlineData("rm key; ssh-keygen -q -t rsa -m PEM -N '' -f key")]
    [InlineData("rm key; ssh-keygen -q -t rsa -m PKCS8 -N '' -f key")]
    [InlineData("rm known; ln -s /dev/null known; rm program; cp /bin/true program")]
    public void What_may_be_right_is_taken(string make)
    {
        using var settings = new WholeSettings();
        Shell.Run(
            make.Replace("{{{{", "{{", StringComparison.Ordinal).Replace("}}}}", "}}", StringComparison.Ordinal),
            settings.Folder
        );
        settings.With("databaseHosts[1].local.config", "\"key\"");
        settings.Load();
    }

    [Theory]
    [InlineData("apps[0].templates", ".", "this one has the settings in it")]
    [InlineData("guests.ssh.key", "templates/key", "/templates/key out of it")]
    [InlineData("apps[0].database.passwordFile", "templates/key", "/templates/key out of it")]
    public void Nothing_else_that_the_settings_name_lies_among_templates(string key, string path, string said)
    {
        using var settings = new WholeSettings();
        Shell.Run("cp key templates/key; chmod 600 templates/key; cp templates/*.* .", settings.Folder);
        settings.With(key, $"\"{path}\"");
        var refusal = settings.Refusal();
        Assert.StartsWith("The settings file", refusal, StringComparison.Ordinal);
        Assert.Contains("`apps[0].templates` is wrong (in `shop`)", refusal, StringComparison.Ordinal);
        Assert.Contains(said, refusal, StringComparison.Ordinal);
    }

    // The first app's servers are made by Nova, the second one's of a template.
    [Theory]
    [InlineData(0, 0, "names a file for cloud-init, and this one is empty")]
    [InlineData(1, 0, "names a file for cloud-init, and this one is empty")]
    [InlineData(0, 49_149, null)]
    [InlineData(0, 49_150, "names a file of at most 49149 bytes, as Nova takes no more")]
    [InlineData(1, 49_150, null)]
    [InlineData(1, 2_000_000, "has at most 1 MB")]
    public void What_cloud_init_gets_is_as_long_as_Nova_or_a_CD_takes_it(int app, int length, string? said)
    {
        using var settings = new WholeSettings();
        Shell.Run($"head -c {length} /dev/zero | tr '\\0' '#' >user-data", settings.Folder);
        settings.With($"apps[{app}].make.userData", "\"user-data\"");
        if (said is null)
            settings.Load();
        else
            Assert.Contains(said, settings.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_are_below_the_settings_own_folder_wherever_the_console_is_started()
    {
        using var settings = new WholeSettings();
        var loaded = settings.Load();
        Assert.Equal(Path.Combine(settings.Folder, "key"), loaded.Guests!.Ssh.Key);
        Assert.Equal(Path.Combine(settings.Folder, "known"), loaded.DatabaseHosts[0].Ssh!.KnownHosts);
        Assert.Equal(Path.Combine(settings.Folder, "program"), loaded.DatabaseHosts[1].Local!.Program);
    }
}
