using System.Text.RegularExpressions;
using TestServers.Http;

namespace TestServers.Tests.Unit.Settings;

/// <summary>
/// Every key of the settings, read from their own types, with wrong values of every kind: each is one sentence that
/// names the key, the value and the rule, in words of the console's.
/// </summary>
public sealed partial class EveryKeyTest
{
    private static readonly string[] OfSsh =
    [
        "user       \"-oProxyCommand=x\" \"a b\" \"\" \"a;b\"",
        "key        \"\" \" \" \"/none\" \".\" \"page\" \"~root/key\" \"$HOME/key\" \"file:///key\"",
        "knownHosts \"\" \"/none\" \"page\" \"state/none\"",
        "config     \"\" \"/none\" \"page\"",
        "transport  \"\" \"OpenSSH\" \"ssh.net\" 0",
        "port           0 65536 -22 22.5 \"22\" 1e9 1e99",
        "connectSeconds 0 301 -5 5.5 \"5\"",
        "silenceSeconds 0 1 3 602 -10 10.5",
        "answerSeconds  0 601 -30 \"30\"",
    ];

    // The wrong values of each key's own kind. What is of another type is tried with all of them.
    private static readonly string[] Lines =
    [
        "listen.socket   \"\" \" \" \"state/k.sock\" \"x\\u0000y\" \"/tmp/"
            + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        "listen.loopback 0 -1 65536 99999 8080.5 \"8080\" 1e99",
        "pathBase        \"console\" \"/console/\" \"/\" \"//x\" \"/a b\" \"/../x\" \"/a?b\" \"https://x/console\"",
        "publicUrl       \"\" \"qa.example\" \"/console\" \"ftp://qa.example\" "
            + "\"https://u:x@qa.example\" \"https://qa.example/?x\""
            + " \"https://qa.example:0/\" \"https://qa.example/#board\" \"https://qa example/\" \"https:///console\"",
        "wwwroot         \"\" \"/none\" \"known\" \"templates\"",
        "state           \"\" \" \" \".\" \"/\" \"a\\tb\" "
            + "\"~\" \"~console/state\" \"$HOME/state\" \"%h/state\" \"/srv/${X}/s\" \"page/state\" \"page\"",
        "runtime         \"\" \" \" \"a\\u0000b\" \"%t/console\" \"$RUNTIME_DIRECTORY\" "
            + "\"/run/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        "hosts[].name    \"\" \" \" \" a\" \"a\\nb\" \"a\\u200bb\" \""
            + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            + "aaaaa\"",
        "hosts[].uri     \"\" \"qemu\" \"qemu:\" "
            + "\"http://kvm1/\" \"ssh://kvm1/\" \"-c\" \"quemu:///system\" \"qemu+ssh://a:b@kvm1/system\" "
            + "\"qemu+shh://kvm1/system\" \"qemu+ssh://kvm1:99999/system\" \"qemu+ssh://-oProxyCommand=x/system\" "
            + "\"qemu+tls://kvm 1/\" \"qmeu:///system\" \"QEMU:///system\" \"qemu+ssh://kvm1:x/system\" "
            + "\"qemu+ssh://10.0.0.300/system\" \"qemu+ssh://-x@kvm1/\"",
        "hosts[].servers \"\" \"(\" \"[a\" \"*a\" \"a**\" \"a{2,1}\" \"[b-a]\" \"a\\\\\" "
            + "\"(?=a)\" \"(a)\\\\1\" \"((a{1,900}){1,900}){1,900}\" \")\"",
        "hosts[].address \"\" \"{sever}\" \"{server\" \"server}\" \"{}\" \"{url}\" \"a b\" "
            + "\"[::1]\" \"10.0.0.300\" \"-{server}\" \"{server}:22\"",
        "hosts[].power[]  \"\" \"Start\" \"stop\" \"destroy\" 1",
        "hosts[].powerUri \"\" \"qemu\" \"-x\" 1",
        "hosts[].makeUri  \"\" \"qemu\" \"-x\" \"qemu+ssh://a:b@kvm1/system\" 1",
        "hosts[].url     \"ftp://{address}/\" \"{address}\" \"http://{adress}/\" \"http:///\" "
            + "\"http://a b/\" \"javascript:alert(1)\" \"//x/\""
            + " \"http://u:p@{address}/\" \"http://{address}:0/\"",
        "hosts[].openStack.cloudsFile \"\" \"/none\" \"page\" \"known\" \"~root/x\"",
        "hosts[].openStack.cloud      \"\" \" \" \"none\" \"QA\"",
        "hosts[].openStack.powerCloud \"\" \" x\" \"none\"",
        "hosts[].openStack.makeCloud  \"\" \" x\" \"none\"",
        "hosts[].openStack.authUrl    \"\" \"cloud.example\" \"ftp://cloud/\" \"https://u:p@cloud/v3\" "
            + "\"https://cloud/v3?x\" \"https://cloud:0/\"",
        "hosts[].openStack.applicationCredentialId \"\" \" x\" \"a\\nb\"",
        "hosts[].openStack.username          \"\" \" x\" \"a\\u200bb\"",
        "hosts[].openStack.userDomainName    \"\" \" x\"",
        "hosts[].openStack.projectName       \"\" \" x\"",
        "hosts[].openStack.projectDomainName \"\" \" x\"",
        "hosts[].openStack.secretFile \"\" \"/none\" \"page\" \"$HOME/x\"",
        "hosts[].openStack.regionName \"\" \" x\"",
        "hosts[].openStack.interface  \"\" \"Public\" \"publicURL\" 0",
        "hosts[].openStack.cacert     \"\" \"/none\" \"page\"",
        "hosts[].openStack.verify     1 \"true\" \"no\"",
        "hosts[].openStack.metadata.* 1 true \"a\\u0000b\"",
        "hosts[].openStack.addressNetwork  \"\" \" x\"",
        "hosts[].openStack.addressMetadata \"\" \" x\"",
        "hosts[].openStack.pollSeconds 0 -1 0.4 301 1e999 \"2\"",
        "guests.ssh.host \"qa01\" \"\" \"-x\"",
        "guests.lookMinutes 0 -1 1441 1e999 1e-300 \"2\"",
        "guests.severalApps \"\" \"(\" \"a**\" \"(?=a)\" \"((a{1,900}){1,900}){1,900}\" true",
        "guests.folder   \"\" \"srv\" \"/srv/\" \"/srv/{sever}\" \"/\" \"/srv/../etc\" "
            + "\"/srv/..\" \"/./srv\" \"~/app\" \"/srv/$HOME\" \"/srv/${X}\"",
        "databaseHosts[].name    \"\" \" \" \"a\\u0007\"",
        "databaseHosts[].address \"\" \"a b\" \"-x\" \"db1:5432\" \"[::1]\" \"http://db1/\"",
        "databaseHosts[].port    0 -1 65536 5432.5 \"5432\"",
        "databaseHosts[].copies  0 -1 65 1.5",
        "databaseHosts[].ssh.host \"\" \"-x\" \"a b\" \"user@db1\"",
        "databaseHosts[].local.program \"\" \"/none\" \"page\" \"known\"",
        "databaseHosts[].local.config  \"\" \"/none\" \"page\"",
        "bases[].name    \"\" \"Shop\" \"shop-1\" \"1shop\" \"aaaaaaaaaaaaaaaaaaaaa\"",
        "bases[].host    \"\" \"db9\" \"DB1\"",
        "bases[].alsoOn[] \"\" \"db9\" \"DB2\" \"db1\" 1",
        "bases[].dump    \"\" \"../x\" \"/x\" \"a b\" \"-x\" \"x/\"",
        "bases[].owner   \"\" \"Shop\" \"shop-1\" \"1\" \"public\" \"none\" \"pg_monitor\"",
        "bases[].spares  -1 21 1.5 \"1\"",
        "bases[].staleAfterHours 0 -1 1e9 1e999 1e-9",
        "bases[].jobs    0 -1 65 1.5",
        "bases[].check   \"\" \" \" \"a\\u0000b\"",
        "bases[].sanitize \"\" \"\\n\" \"a\\u0007b\"",
        "bases[].skip[]   \"\" \"extension\" \"Event triggers\" \"event triger x\" \"tables\" "
            + "\"extension \" \" roles\" 1",
        "bases[].allowErrors[] \"\" \" \" \"(\" \".*\" \"x?\" \"(?=a)\" \"a\\nb\" 1",
        "bases[].nights  -1 31 1.5 \"1\"",
        "savepoints.perServer -1 51 1.5 \"3\"",
        "savepoints.keptDays 0 -7 1e9 1e-9 1e999 \"7\"",
        "copies.keptDays 0 -7 1e9 1e-9 1e999 \"7\"",
        "apps[].name     \"\" \"Shop\" \"a b\" \"1\"",
        "apps[].repository.kind \"\" \"SVN\" \"hg\" \"gitt\" 1",
        "apps[].repository.url  \"\" \"svn.example/shop\" "
            + "\"ftp://x/y\" \"ssh://git@x/y\" \"-x\" \"https://a b/\" \"https://u:p@x/y\" "
            + "\"https:///shop\" \"https://svn.example:99999/shop\" \"svn+ssh://-oProxyCommand=x/y\" "
            + "\"https://:80/x\" \"https://[::1/x\" "
            + "\"https://svn.example:0/x\" \"https://10.0.0.300/x\" \"svn+ssh://-x@svn/y\"",
        "apps[].repository.submodules[] \"\" \"*\" \"git.example/*\" \"https://*/x\" \"https://git.example/*/x\" "
            + "\"-x\" \"https://a b/*\" \"../x\" 1",
        "apps[].repository.externals[] \"\" \"*\" \"svn.example/*\" \"https://*/x\" \"https://svn.example/*/x\" "
            + "\"-x\" \"https://a b/*\" \"^/trunk\" 1",
        "apps[].repository.lfs 1 \"true\"",
        "apps[].templates \"\" \"/none\" \"known\" \"page\"",
        "apps[].kind     \"\" \"Static\" \"a b\" \"../x\" 1",
        "apps[].base     \"\" \"other\" \"Shop\"",
        "apps[].databases.*[] \"\" \"other\" \"Shop\" 1",
        "apps[].defaultPath \"\" \"../x\" \"-x\" \"/trunk\"",
        "apps[].health   \"\" \"{ulr}\" \"{url\" \"ftp://x/\" \"http://u:p@x/\"",
        "apps[].database.user \"\" \" \" \"a\\nb\" \"ääääääääääääääääääääääääääääääää\"",
        "apps[].database.passwordFile \"\" \"/none\" \"page\" \"state/x\"",
        "apps[].variables.* \"a\\u0000b\" 1 true",
        "apps[].secrets.*   \"a\\u0000b\" 1 true",
        "apps[].notSecret[] \"\" \"a b\" \"keybord\" 1",
        "apps[].folders.*.link   \"\" \"/media\" \"../media\" \"a/../b\" \"media/\" \".git\" "
            + "\"a/.svn/b\" \"-x\" \"a b\"",
        "apps[].folders.*.python \"\" \"/etc/x\" \"../x\" \"a//b\" \"-r\" 1",
        "apps[].folders.*.system \"true\" 1",
        "apps[].folders.*.pip[]  \"\" \"-x\" \"no-index\" \"--a b\" \"--index-url=https://u:p@x/\" 1",
        "apps[].after[].run     \"\" \" \" \"a\\nb\" 1",
        "apps[].after[].when    \"\" \"Code\" \"always\" \"databse\" 0",
        "apps[].after[].files[] \"\" \"none.env\" \"../settings.py\" \"a b\" 1",
        "apps[].after[].minutes 0 -1 1e9 1e-9 \"5\"",
        "apps[].migrations  \"\" \" \" \"a\\nb\" 1",
        "apps[].follow.seconds 0 -1 3601 1.5 \"30\"",
        "apps[].follow.hookSecretFile \"\" \"/none\" \"page\" \"~root/key\"",
        "apps[].make.host     \"\" \"cluod\" \"kvm2\" \"cloud3\"",
        "apps[].make.name     \"\" \"qc\" \"shop-{number}\" \"qc-{number}-x\" \"qc-{server}\" \"qc {number}\" "
            + "\"qc-aaaaaaaaaaaaaaaaaaaaaaaaaaa{number}\"",
        "apps[].make.template \"\" \"-x\" \"a b\" \"12\" \"a/b\" \"qa-golden\"",
        "apps[].make.image    \"\" \"-x\" \"a b\" \"../x\"",
        "apps[].make.flavor   \"\" \"-x\" \"m1 small\"",
        "apps[].make.network  \"\" \"-x\" \"a/b\"",
        "apps[].make.keyPair  \"\" \" x\"",
        "apps[].make.userData \"\" \"/none\" \"page\" \"~root/x\"",
        "apps[].make.most     0 -1 1001 1.5 \"2\"",
        "apps[].make.hours    0 -1 8761 1e999 \"2\"",
        "apps[].make.minutes  0 -1 1441 1e999 \"2\"",
        "apps[].workers.*   \"\" \" \" \"a\\nb\" 1 true",
        "tokens[].name      \"\" \"console\" \"Console\" \" x\"",
        "tokens[].sha256    \"\" \"x\" \"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855\" "
            + "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
        "tokens[].may[]     \"\" \"all\" \"restor\" \"view\" 1",
        "webhook.url        \"\" \"chat.example\" \"ftp://x/\" \"http://\" \"javascript:x\" \"file:///x\""
            + " \"http://a b/\" \"http://u@x/\" \"http://u:p@x/\" \"http://x:0/\"",
        "webhooks[].name    \"\" \" \" \" a\" \"a\\nb\" \"webhook\"",
        "webhooks[].url     \"\" \"chat.example\" \"ftp://x/\" \"http://u:p@x/\" \"http://x:0/\"",
        "webhooks[].form    \"\" \"Slack\" \"text\" \"discord\" 0",
        "webhooks[].events[] \"\" \"all\" \"BaseStale\" \"baseStal\" 1",
        "webhooks[].secretFile \"\" \"/none\" \"page\" \"~root/key\"",
        "mail.host          \"\" \"a b\" \"-x\" \"[::1]\" \"mail.example:25\" \"smtp://mail.example\"",
        "mail.from          \"\" \"console\" \"a b@x\" \"Console <console@qa.example>\" \"a@x\\r\\nBcc: b@x\" "
            + "\"\\\"a b\\\"@x\" \"jörg@qa.example\" \"a@-x\" \"a..b@x\" \"a@x,b@x\"",
        "mail.port          0 -1 65536 587.5 \"587\" 1e99",
        "mail.tls           \"\" \"StartTls\" \"starttls\" \"ssl\" 0",
        "mail.user          \"\" \" x\" \"a\\u200bb\"",
        "mail.passwordFile  \"\" \"/none\" \"page\" \"~root/key\"",
        "log                \"\" \"Journal\" \"syslog\" \"plane\" 0",
        "people.names       \"\" \"AsIs\" \"foldet\" 0",
        "people.role        \"\" \"Viewer\" \"admin\" 0",
        "people.tokens      -1 1001 1.5 \"20\"",
        "people.tokenDays   0 -1 1e9 1e-9 1e999 \"365\"",
        "people.addresses.* \"\" \"anna\" \"anna@\" \"a@x\\nBcc: b@x\" 1",
        "groups[].name      \"\" \" \" \"a;b\" \"a\\nb\" \" x\"",
        "groups[].users[]   \"\" \" x\" \"a\\u200bb\" 1",
        "roles[].role       \"\" \"viewers\" \"User\" 0",
        "roles[].users[]    \"\" \" x\" \"a\\u200bb\" 1",
        "roles[].groups[]   \"\" \"a;b\" \" x\" 1",
        "protected[].servers  \"\" \"(\" \"[a\" \"(?=a)\"",
        "protected[].groups[] \"\" \"a;b\" \" x\" 1",
        "tags[].servers       \"\" \"(\" \"[a\" \"(?=a)\"",
        "tags[].tags[]        \"\" \" x\" \"a,b\" \"a  b\" \"a\\nb\" \"a\\u200bb\" 1"
            + " \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        "reservations.perPerson    -1 1e9 1.5 \"20\"",
        "reservations.defaultHours 0 -1 169 1e999 1e-5 \"4\"",
        "reservations.maxHours     0 -1 3 1e9 \"168\"",
        "reservations.kept         0 -1 10001 1.5 \"200\"",
        "reservations.turnMinutes  0 -1 1441 1e999 1e-5 \"10\"",
        "reservations.lineHours    0 -1 8761 1e999 1e-5 \"168\"",
        "builds.kept            0 -1 1e9 1.5 \"500\"",
        "builds.keptDays        -1 36501 1e999 1e-9",
        "builds.perPerson       0 -1 1e9 1.5",
        "builds.waiting         0 -1 1e9 1.5",
        "builds.history         0 -1 1e9 1.5",
        "builds.databaseMinutes 0 -120 1e9 1e-9 \"120\"",
        "builds.codeMinutes     0 -60 1e9 1e-9",
        "builds.afterMinutes    0 -30 1e9 1e-9",
        "builds.settingsMinutes 0 -2 1e9 1e-9",
        "builds.healthSeconds   0 -30 1e9 1e-9",
        "builds.restoreHours    0 -12 1e9 1e-9",
        "builds.outputMegabytes 0 -1 1025 1.5",
        "audit.days             -1 36501 1e999 1e-9",
        "audit.megabytes        -1 1e9 1.5 \"500\"",
        .. OfSsh.Select(l => "guests.ssh." + l),
        .. OfSsh.Select(l => "databaseHosts[].ssh." + l),
    ];

    private static IReadOnlyDictionary<string, string[]> Wrong { get; } =
        Lines.ToDictionary(
            l => l.Split(' ')[0],
            l => Value().Matches(l[(l.IndexOf(' ', StringComparison.Ordinal) + 1)..]).Select(m => m.Value).ToArray(),
            StringComparer.Ordinal
        );

    private static bool IsPlain(SettingKey key) =>
        SettingKey.ItemOf(key.Type) is null && SettingKey.ValueOf(key.Type) is null && !SettingKey.IsObject(key.Type);

    private static bool IsOfTexts(SettingKey key) => SettingKey.ValueOf(key.Type) == typeof(string);

    private static bool IsOfLists(SettingKey key) =>
        SettingKey.ValueOf(key.Type) is { } entry && SettingKey.ItemOf(entry) is not null;

    [Fact]
    public void Every_plain_key_has_a_line_of_wrong_values_here_and_a_rule_in_the_program()
    {
        var keys = WholeSettings.Keys().ToList();
        var plain = keys.Where(k => IsPlain(k.Key))
            .Select(k => k.Pattern)
            .Concat(keys.Where(k => IsOfTexts(k.Key)).Select(k => k.Pattern + ".*"))
            .Concat(keys.Where(k => IsOfLists(k.Key)).Select(k => k.Pattern + ".*[]"))
            .Concat(keys.Where(k => IsPlainList(k.Key.Type)).Select(k => k.Pattern + "[]"));
        Assert.Equal(plain.Order(StringComparer.Ordinal), Wrong.Keys.Order(StringComparer.Ordinal));
        Assert.All(keys.Select(k => k.Pattern).Concat(Wrong.Keys), k => Assert.NotNull(SettingsRules.Find(k)));
    }

    [Fact]
    public void The_settings_beside_the_program_are_right_and_describe_every_key()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "console.json");
        Assert.Equal(8080, SiteTrial.Load(file).Listen.Loopback);
        var text = File.ReadAllText(file);
        var missing = WholeSettings
            .Keys()
            .Where(k => !Regex.IsMatch(text, $"[`\"]{k.Key.Name}[`\"]"))
            .Select(k => k.Pattern);
        Assert.Empty(missing);
        // Its examples, too, name no key that there is not.
        var examples = Regex.Replace(text, "^  // (?=\"[a-zA-Z]+\": |  )", "  ", RegexOptions.Multiline);
        using var written = System.Text.Json.JsonDocument.Parse(
            examples,
            new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true }
        );
        var said = Record.Exception(() => SettingsShape.Check(written.RootElement))?.Message;
        Assert.True(said is null || !said.Contains("not known", StringComparison.Ordinal), said);
    }

    [Fact]
    public void All_keys_together_are_right()
    {
        using var settings = new WholeSettings();
        Assert.Equal("kvm2", settings.Load().Hosts[1].Name);
        var missing = WholeSettings
            .Keys()
            .Select(k => WholeSettings.PlaceOf(k.Pattern))
            .Where(k =>
                k is not ("listen.loopback" or "guests.ssh.host")
                && settings.Find(k) is var (holder, name)
                && holder[name] is null
            );
        Assert.Empty(missing);
    }

    public static TheoryData<string> Patterns() => [.. Wrong.Keys];

    [Theory, MemberData(nameof(Patterns))]
    public void A_wrong_value_is_told_in_one_sentence_with_key_and_rule(string pattern)
    {
        foreach (var value in Wrong[pattern])
            IsOneSentence(pattern, value, Refuse(pattern, value));
    }

    [Fact]
    public void A_value_of_another_type_is_told_for_every_key()
    {
        string[] values =
        [
            "null",
            "true",
            "7.25",
            "\"x\"",
            "\"\\ud800\"",
            "[]",
            "[[]]",
            "{}",
            "[null]",
            "{\"\\ud800\": 1}",
        ];
        foreach (var (pattern, key) in WholeSettings.Keys())
        {
            foreach (var value in values.Where(v => !Fits(key, v)))
                IsOneSentence(pattern, value, Refuse(pattern, value));
        }
    }

    [Fact]
    public void A_misspelt_key_is_told_with_the_one_that_was_meant()
    {
        foreach (var (pattern, key) in WholeSettings.Keys().Where(k => k.Key.Name.Length > 2))
        {
            foreach (var name in new[] { key.Name + "x", key.Name[..^2] + key.Name[^1..], key.Name.ToUpperInvariant() })
            {
                using var settings = new WholeSettings();
                var place = WholeSettings.PlaceOf(pattern);
                var (holder, _) = settings.Find(place);
                var known = SettingsShape.KeysOf(TypeOf(pattern)).Select(k => k.Name).ToList();
                if (known.Contains(name))
                    continue;
                holder.AsObject()[name] = 1;
                var said = settings.Refusal();
                var path = place[..^key.Name.Length] + name;
                // Of two that are as near, either may be meant.
                Assert.Contains(
                    known.Where(k => k == key.Name || Nearness.To(name, [k], 1) is not null),
                    k => said.Contains($"`{path}` is not known: did you mean `{k}`?", StringComparison.Ordinal)
                );
            }
        }
    }

    [Fact]
    public void A_key_that_is_twice_or_left_out_is_told()
    {
        foreach (var (pattern, key) in WholeSettings.Keys())
        {
            using var settings = new WholeSettings();
            var place = WholeSettings.PlaceOf(pattern);
            var (holder, name) = settings.Find(place);
            holder.AsObject()[name] ??= "x";
            var written = holder.AsObject()[name]!.ToJsonString();
            settings.With(place, $"{written}, \"{name}\": {written}");
            var said = settings.Refusal();
            if (key.Name is not ("loopback" or "host"))
                Assert.Contains($"`{place}` is given twice", said, StringComparison.Ordinal);
            if (!key.IsRequired)
                continue;
            using var without = new WholeSettings();
            without.With(place, null);
            IsOneSentence(pattern, "", without.Refusal());
        }
    }

    [Theory]
    [InlineData("maxHours", "1", "`maxHours` is not known: it belongs to `reservations`.")]
    [InlineData("database", "1", "`database` is not known: it belongs to `apps[]`.")]
    [InlineData(
        "listen.port",
        "1",
        "`listen.port` is not known in `listen`, whose keys are socket, loopback: it belongs to `guests.ssh` or "
    )]
    [InlineData(
        "guests.key",
        "\"x\"",
        "`guests.key` is not known in `guests`, whose keys are ssh, folder, lookMinutes, severalApps: "
            + "it belongs to `guests.ssh` or `databaseHosts[].ssh`."
    )]
    [InlineData(
        "people.colour",
        "1",
        "`people.colour` is not known: the keys in `people` are names, role, tokens, tokenDays, addresses."
    )]
    [InlineData("apps[0].variables.a b", "\"x\"", "`apps[0].variables` is wrong: it names `a b`")]
    [InlineData("apps[0].folders.Uploads", "{}", "`apps[0].folders` is wrong: it names `Uploads`")]
    [InlineData("apps[0].folders.code", "{}", "`apps[0].folders` is wrong: it names `code`")]
    [InlineData("apps[0].folders.env", "{\"link\": \"env/x\"}", "`apps[0].folders.env.link` is wrong")]
    [InlineData("apps[0].folders.env", "{\"system\": true}", "`apps[0].folders.env.python` is wrong")]
    [InlineData("apps[0].folders.env", "{\"phyton\": \"x\"}", "`apps[0].folders.env.phyton` is not known")]
    [InlineData("apps[0].after[0]", "{\"run\": \"true\", \"wen\": \"any\"}", "did you mean `when`?")]
    [InlineData("apps[0].after[0]", "\"a\\nb\"", "`apps[0].after[0]` is wrong")]
    [InlineData("apps[0].variables.dsn", "\"x\"", "`apps[0].variables.dsn` may be a secret")]
    [InlineData("apps[0].variables.colour", "\"host=db password=x\"", "`apps[0].variables.colour` may be a secret")]
    [InlineData(
        "apps[0].variables.colour",
        "\"-----BEGIN PRIVATE KEY-----\"",
        "`apps[0].variables.colour` may be a secret"
    )]
    [InlineData("apps[0].secrets.colour", "\"x\"", "`apps[0].variables.colour` is wrong (in `shop`)")]
    [InlineData(
        "hosts[1].name",
        "\"kvm1\"",
        "`hosts[1].name` is wrong: it is `kvm1`, and a right one is another than those before it"
    )]
    [InlineData("databaseHosts[1].name", "\"db1\"", "`databaseHosts[1].name` is wrong: it is `db1`")]
    [InlineData(
        "databaseHosts[0].local",
        "{ \"program\": \"program\", \"config\": \"known\" }",
        "`databaseHosts[0]` is wrong"
    )]
    [InlineData("databaseHosts[0].ssh", null, "`databaseHosts[0]` is wrong")]
    [InlineData("listen.loopback", "8080", "`listen` is wrong")]
    [InlineData("guests", null, "`guests` is wrong: it is left out")]
    [InlineData("apps[0].database", null, "`apps[0].database` is wrong (in `shop`): it is left out")]
    [InlineData("reservations.maxHours", "2", "`reservations.defaultHours` is wrong: it is 4")]
    [InlineData("hosts[1].uri", null, "`hosts[1]` is wrong (in `kvm2`): it is an object, and a right one has either")]
    [InlineData("hosts[2].uri", "\"qemu:///system\"", "`hosts[2]` is wrong (in `cloud`)")]
    [InlineData("hosts[2].powerUri", "\"qemu:///system\"", "`hosts[2].powerUri` is wrong (in `cloud`)")]
    [InlineData(
        "hosts[2].openStack",
        "{}",
        "`hosts[2].openStack` is wrong (in `cloud`): it is an object, and a right one has"
    )]
    [InlineData("hosts[2].openStack.authUrl", "\"https://x/v3\"", "`hosts[2].openStack` is wrong (in `cloud`)")]
    [InlineData("hosts[2].openStack.cloud", null, "`hosts[2].openStack.cloud` is wrong (in `cloud`): it is left out")]
    [InlineData("hosts[2].openStack.regionName", "\"R\"", "a right one is left out beside `cloudsFile`, which says it")]
    [InlineData("hosts[2].openStack.verify", "false", "`hosts[2].openStack.verify` is wrong")]
    [InlineData("hosts[2].openStack.cloud", "\"qqa\"", "names one of the clouds of ")]
    [InlineData("hosts[2].openStack.addressMetadata", "\"a\"", "as a server has one address")]
    [InlineData("hosts[2].power", "[]", "`hosts[2].openStack.powerCloud` is wrong")]
    [InlineData("hosts[3].openStack.powerCloud", "\"qa\"", "`hosts[3].openStack.powerCloud` is wrong")]
    [InlineData("hosts[3].openStack.cloud", "\"qa\"", "a right one stands beside `cloudsFile`")]
    [InlineData("hosts[3].openStack.projectName", "\"qa\"", "a credential knows its project")]
    [InlineData("hosts[3].openStack.userDomainName", "\"qa\"", "`hosts[3].openStack.userDomainName` is wrong")]
    [InlineData("hosts[3].openStack.projectDomainName", "\"q\"", "`hosts[3].openStack.projectDomainName` is wrong")]
    [InlineData("hosts[3].openStack.username", "\"x\"", "has either `applicationCredentialId`, or `username` and")]
    [InlineData("hosts[3].openStack.secretFile", null, "names the file with the credential's secret")]
    [InlineData("hosts[4].openStack.projectName", null, "a right one names the project")]
    [InlineData("hosts[1].power", "[\"start\", \"start\"]", "`hosts[1].power` is wrong")]
    [InlineData("hosts[1].power", "[]", "`hosts[1].powerUri` is wrong")]
    [InlineData("hosts[1].power[0]", "\"stop\"", "and a right one is start, shutdown or reset")]
    [InlineData("hosts[1].powerUri", "\"qemu+ssh://u:p@kvm1/system\"", "`hosts[1].powerUri` has a password")]
    [InlineData("hosts[1].address", "\"{sever}\"", "did you mean `{server}`?")]
    [InlineData("apps[0].health", "\"{ulr}\"", "did you mean `{url}`?")]
    [InlineData(
        "tokens[0].may",
        "[\"restor\"]",
        "`tokens[0].may[0]` is wrong (in `cron`): it is `restor`, and a right one is restore"
    )]
    [InlineData("apps[0].base", "\"shp\"", "did you mean `shop`?")]
    [InlineData("apps[0].base", "\"shop \"", "it is `shop `, and a right one is 1 to 20 small letters")]
    [InlineData("hosts[0].name", "\"kvm1\\u200b\"", "it is `kvm1\\u{200B}`, and a right one has 1 to 64")]
    [InlineData("tokens[0].name", "\"\\u00a0cron\"", "it is `\\u{A0}cron`, and a right one has 1 to 64")]
    [InlineData("log", "\"plain\\u00a0\"", "it is `plain\\u{A0}`, and a right one is auto, plain or journal")]
    [InlineData("state ", "1", "`state ` is not known: did you mean `state`?")]
    [InlineData("st\u0430te", "1", "`st\\u{430}te` is not known: did you mean `state`?")]
    [InlineData("copies.kept\u200bDays", "1", "`copies.kept\\u{200B}Days` is not known: did you mean `keptDays`?")]
    [InlineData("hosts[0].url", "\"http://u:p@{address}/\"", "`hosts[0].url` has a password, and people can see it.")]
    [InlineData(
        "apps[0].repository.url",
        "\"https://u:se/same@x/y\"",
        "it is `https://u:...@x/y`, and a right one is an address such as"
    )]
    [InlineData(
        "apps[0].variables.colour",
        "\"postgres://u:se/same@x/y\"",
        "`apps[0].variables.colour` may be a secret"
    )]
    [InlineData("hosts[1].url", "\"\"", "`apps[0].health` is wrong (in `shop`): it is `{url}health`, and a right one ")]
    [InlineData("hosts[2].openStack.makeCloud", null, "`apps[0].make.host` is wrong (in `shop`): it is `cloud`, and a")]
    [InlineData("hosts[2].servers", "\"^qb\"", "`apps[0].make.name` is wrong (in `shop`): it is `qc-{number}`, and a ")]
    [InlineData("apps[0].make.template", "\"golden\"", "`apps[0].make.template` is wrong (in `shop`): it is `golden`")]
    [InlineData("apps[0].make.image", null, "`apps[0].make` is wrong (in `shop`)")]
    [InlineData("apps[1].make.template", null, "`apps[1].make` is wrong (in `desk`)")]
    [InlineData("apps[1].make.flavor", "\"2\"", "`apps[1].make` is wrong (in `desk`)")]
    [InlineData("apps[1].make.name", "\"{number}\"", "`apps[1].make.name` is wrong (in `desk`): it is `{number}`")]
    [InlineData("hosts[0].makeUri", null, "`apps[1].make.host` is wrong (in `desk`): it is `kvm1`, and a right one ")]
    [InlineData("hosts[0].address", "\"10.0.0.{number}\"", "`apps[1].make.host` is wrong (in `desk`): it is `kvm1`")]
    [InlineData("hosts[2].makeUri", "\"qemu:///system\"", "`hosts[2].makeUri` is wrong")]
    [InlineData("hosts[3].openStack.makeCloud", "\"x\"", "`hosts[3].openStack.makeCloud` is wrong")]
    [InlineData("apps[0].repository.kind", "\"gitt\"", "did you mean `git`?")]
    [InlineData("apps[0].notSecret", "[\"keyboad\"]", "did you mean `keyboard`?")]
    public void What_is_wrong_only_together_is_told_too(string key, string? value, string sentence)
    {
        using var settings = new WholeSettings();
        settings.With(key, value);
        Assert.Contains(sentence, settings.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_be_a_secret_is_not_shown()
    {
        foreach (
            var (key, value) in new[]
            {
                ("tokens[0].sha256", "sesame-in-clear"),
                ("hosts[1].uri", "qemu+ssh://root:sesame@kvm/system x"),
                ("webhook.url", "ftp://chat.example/hooks/sesame"),
                ("webhook.url", "chat.example/hooks/sesame"),
                ("webhook.url", "https:/chat.example/sesame"),
                ("webhook.url", "https://chat.example:99999?sesame"),
                ("webhook.url", "https://sesame@chat.example/"),
                ("webhook.url", "sesame"),
                ("webhook", "https://chat.example/hooks/sesame"),
                ("tokens", "sesame"),
                ("tokens[0]", "sesame"),
                ("apps[0].database", "host=db1 user=shop password=sesame"),
                ("apps[0].repository", "https://u:x/sesame@x/y"),
                ("apps[0].repository.url", "https://u:sesame@x/y"),
            }
        )
        {
            using var settings = new WholeSettings();
            settings.With(key, $"\"{value}\"");
            Assert.DoesNotContain("sesame", settings.Refusal(), StringComparison.Ordinal);
        }
    }

    private static string Refuse(string pattern, string value)
    {
        using var settings = new WholeSettings();
        var place = WholeSettings.PlaceOf(pattern);
        if (place == "listen.loopback")
            settings.With("listen.socket", null);
        settings.With(place, value);
        try
        {
            settings.Load();
        }
        catch (WrongSetting e)
        {
            return e.Message;
        }
        throw new Xunit.Sdk.XunitException($"{place}: {value} is taken.");
    }

    private static void IsOneSentence(string pattern, string value, string said)
    {
        var place = WholeSettings.PlaceOf(pattern);
        var about = $"{place}: {value} is told as: {said}";
        // A value that fits itself makes another wrong, or an entry of it is.
        Assert.True(said.Contains($"`{place}", StringComparison.Ordinal) || IsTogether(place, said), about);
        Assert.DoesNotContain('\n', said);
        Assert.False(DotNet().IsMatch(said), about);
        Assert.True(said[^1] is '.' or '?', about);
        Assert.True(
            Shown(value) is not { } shown
                || said.Contains(shown, StringComparison.Ordinal)
                || said.Contains("not shown", StringComparison.Ordinal)
                || !said.Contains("it is ", StringComparison.Ordinal),
            about
        );
    }

    private static bool IsTogether(string place, string said) =>
        place == "reservations.maxHours" && said.Contains("`reservations.defaultHours`", StringComparison.Ordinal);

    // Numbers and short plain words are shown as they are.
    private static string? Shown(string value) => PlainValue().IsMatch(value) ? value.Trim('"') : null;

    private static bool Fits(SettingKey key, string value) =>
        value switch
        {
            "null" => key.MayBeNull,
            "true" => key.Type == typeof(bool),
            "7.25" => (Nullable.GetUnderlyingType(key.Type) ?? key.Type) == typeof(double),
            "\"x\"" => key.Name
                is "name"
                    or "user"
                    or "folder"
                    or "address"
                    or "defaultPath"
                    or "owner"
                    or "dump"
                    or "check"
                    or "sanitize"
                    or "servers"
                    or "socket"
                    or "state"
                    or "runtime"
                    or "link"
                    or "python"
                    or "run"
                    or "migrations"
                    or "severalApps"
                    or "applicationCredentialId"
                    or "username"
                    or "userDomainName"
                    or "projectName"
                    or "projectDomainName"
                    or "regionName"
                    or "addressNetwork"
                    or "addressMetadata"
                    or "image"
                    or "template"
                    or "flavor"
                    or "network"
                    or "keyPair"
                || (key.Name is "host")
                || key.Type == typeof(SiteKind),
            // Nobody could use such a server.
            "[]" => SettingKey.ItemOf(key.Type) is not null
                && key is not { Name: "groups" or "tags", IsRequired: true },
            "{}" => IsOfTexts(key)
                || key.Type == typeof(IReadOnlyDictionary<string, FolderSettings>)
                || SettingKey.IsObject(key.Type) && SettingsShape.KeysOf(key.Type).All(k => !k.IsRequired),
            _ => false,
        } || (key.Name == "bases" && value == "[]");

    private static bool IsPlainList(Type type) =>
        SettingKey.ItemOf(type) is { } item && (item == typeof(string) || item.IsEnum || ValueRule.IsName(item));

    private static Type TypeOf(string pattern)
    {
        var type = typeof(ConsoleSettings);
        foreach (var part in pattern.Split('.')[..^1].Where(p => p != "*"))
        {
            var found = SettingsShape
                .KeysOf(type)
                .First(k => k.Name == part.Replace("[]", "", StringComparison.Ordinal))
                .Type;
            type = SettingKey.ItemOf(found) ?? SettingKey.ValueOf(found) ?? found;
        }
        return type;
    }

    [GeneratedRegex("""("(\\.|[^"\\])*"|[^\s"]+)""")]
    private static partial Regex Value();

    [GeneratedRegex("""\A(-?[0-9.]+|"[A-Za-z0-9.-]+")\z""")]
    private static partial Regex PlainValue();

    [GeneratedRegex(
        @"System\.|   at |Exception|Parameter|JSON value|could not be converted|"
            + @"\.NET|Invalid pattern|Path: \$|Sharing|Stream"
    )]
    private static partial Regex DotNet();
}
