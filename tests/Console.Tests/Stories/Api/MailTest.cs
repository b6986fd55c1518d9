namespace TestServers.Tests.Stories.Api;

/// <summary>What people are told by e-mail, through a real SMTP server.</summary>
public sealed class MailTest
{
    private const string Others = """
        , "publicUrl": "https://qa.example/console", "roles": [ { "role": "administrator", "users": ["carla"] } ]
        """;

    [Fact]
    public async Task A_letter_tells_whom_it_concerns_with_nothing_of_what_people_write_in_its_head()
    {
        await using var server = await SmtpServer.Start("--tls", "--user", $"{SmtpServer.User}:{SmtpServer.Password}");
        await using var console = new ConsoleProcess();
        console.WriteSettings(more: Others);
        await console.Start(environment: Trusting(server));
        await console.StartedWithServers();
        await TakeOver(console, "without a server for e-mail");
        Assert.DoesNotContain("MailKit", Loaded(console), StringComparison.Ordinal);

        console.WriteSettings(
            more: $$"""
            , "mail": { "host": "127.0.0.1", "port": {{server.Port}}, "from": "console@qa.example",
              "user": "{{SmtpServer.User}}", "passwordFile": "{{server.PasswordFile}}" },
              "people": { "addresses": { "anna": "anna@qa.example" } } {{Others}}
            """
        );
        Shell.Run($"kill -HUP {console.Id}");
        await Wait.Until("it sends e-mail", async () => (await Wants(console)).GetProperty("mail").GetBoolean());
        Assert.Equal("anna@qa.example", (await Wants(console)).Text("address"));
        const string Reason = "Bcc: eve@x =?utf-8?q?=0D=0A?= ü <b>. .";
        await TakeOver(console, Reason);
        var letter = await TheOnly(server);
        Assert.Equal("console@qa.example", letter.Text("from"));
        Assert.Equal(["anna@qa.example"], letter.GetProperty("to").EnumerateArray().Select(a => a.GetString()));
        Assert.True(letter.GetProperty("tls").GetBoolean());
        Assert.Equal(SmtpServer.User, letter.Text("user"));
        var head = letter.GetProperty("head");
        Assert.Equal("qa01 was taken over from you", head.Text("Subject"));
        Assert.Equal("Test server console <console@qa.example>", head.Text("From"));
        Assert.Equal("anna@qa.example", head.Text("To"));
        Assert.Equal("auto-generated", head.Text("Auto-Submitted"));
        Assert.Matches(@"^<1\.[0-9a-f]+@qa\.example>$", head.Text("Message-Id") ?? head.Text("Message-ID"));
        Assert.Equal(
            [
                "Auto-Submitted",
                "Content-Transfer-Encoding",
                "Content-Type",
                "Date",
                "From",
                "MIME-Version",
                "Message-Id",
                "Subject",
                "To",
                "X-Auto-Response-Suppress",
            ],
            letter.GetProperty("names").EnumerateArray().Select(n => n.GetString()!).Order(StringComparer.Ordinal)
        );
        Assert.StartsWith(
            $"ben has taken qa01 over from you: {Reason}\n\nhttps://qa.example/console/#/servers/qa01\n\n-- \n",
            letter.Text("text")!.ReplaceLineEndings("\n"),
            StringComparison.Ordinal
        );
        Assert.Contains("MailKit", Loaded(console), StringComparison.Ordinal);
        var sent = await Delivery(console, "anna", "delivered");
        Assert.Null(sent.Text("webhook"));
        Assert.Equal("To anna@qa.example: 2.0.0 Taken as 1", sent.Text("answer"));

        // Where she wants none, none is sent; and who has no address is told on the page alone.
        await SetUnmailed(console, "takenOver");
        await TakeOver(console, "two");
        await TakeOver(console, "three", from: "otto");
        await SetUnmailed(console);
        await TakeOver(console, "four");
        await Wait.Until("the next is there", () => server.Letters.Count == 2);
        Assert.Contains(": four.", server.Letters[1].Text("text"), StringComparison.Ordinal);
        using var otto = console.ClientFor("otto");
        Assert.Equal(1, (await otto.Json("api/messages")).GetProperty("unseen").GetInt32());
    }

    [Fact]
    public async Task What_a_server_takes_later_is_sent_once_over_a_kill_and_one_that_hangs_delays_nobody_else()
    {
        await using var server = await SmtpServer.Start();
        using var bot = new Receiver();
        await using var console = new ConsoleProcess();
        console.WriteSettings(
            more: $$"""
            , "mail": { "host": "127.0.0.1", "port": {{server.Port}}, "tls": "none", "from": "console@qa.example" },
              "people": { "addresses": { "anna": "later@qa.example" } },
              "webhooks": [ { "name": "bot", "url": "{{bot.Url}}", "events": ["takenOver"] } ] {{Others}}
            """
        );
        await console.StartWithServers();
        await TakeOver(console, "one");
        var refused = await Delivery(console, "anna", "waiting");
        Assert.Equal("To later@qa.example: SMTP 451: 4.7.1 Come back later", refused.Text("answer"));
        await console.Kill();
        await console.StartWithServers();
        var letter = await TheOnly(server);
        Assert.Contains(": one.", letter.Text("text"), StringComparison.Ordinal);
        Assert.Equal(2, (await Delivery(console, "anna", "delivered")).GetProperty("attempts").GetInt32());

        // Where these two are, the web server says.
        await TakeOver(console, "two", from: "otto", address: "nobody@qa.example");
        var given = await Delivery(console, "otto", "givenUp");
        Assert.Equal("To nobody@qa.example: SMTP 550: 5.1.1 There is nobody of that name", given.Text("answer"));
        var told = bot.Got.Count;
        await TakeOver(console, "three", from: "paul", address: "silent@qa.example");
        await Wait.Until("the bot is told meanwhile", () => bot.Got.Count == told + 1, 5);
        await TakeOver(console, "four");
        await Wait.Until("the bot is told meanwhile", () => bot.Got.Count == told + 2, 5);
        Assert.Single(server.Letters);
    }

    // SSL_CERT_FILE: as a CA that an administrator has had the machine trust.
    private static Dictionary<string, string> Trusting(SmtpServer server) =>
        new(StringComparer.Ordinal) { ["SSL_CERT_FILE"] = server.Certificate };

    private static string Loaded(ConsoleProcess console) => File.ReadAllText($"/proc/{console.Id}/maps");

    private static Task<JsonElement> Wants(ConsoleProcess console) => console.Http.Json("api/me/wants");

    private static async Task SetUnmailed(ConsoleProcess console, params string[] unmailed)
    {
        var wants = new { unwanted = Array.Empty<string>(), unmailed };
        using var answer = await console.Http.Put("api/me/wants", wants);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task TakeOver(
        ConsoleProcess console,
        string reason,
        string from = "anna",
        string? address = null
    )
    {
        using var ben = console.ClientFor("ben");
        using var holder = console.ClientFor(from);
        if (address is not null)
            holder.DefaultRequestHeaders.Add("X-Remote-Address", address);
        await ben.DeleteAsync("api/servers/qa01/reservation");
        await holder.Put("api/servers/qa01/reservation", new { purpose = "basket", hours = 4 });
        using var answer = await ben.Post("api/servers/qa01/reservation/takeover", new { reason });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<JsonElement> TheOnly(SmtpServer server)
    {
        await Wait.Until("a letter is there", () => server.Letters.Count > 0, 40);
        return Assert.Single(server.Letters);
    }

    // The newest e-mail to a person, when there is an answer to it.
    private static async Task<JsonElement> Delivery(ConsoleProcess console, string person, string state)
    {
        using var carla = console.ClientFor("carla");
        JsonElement found = default;
        await Wait.Until(
            $"the e-mail to {person} is {state}",
            async () =>
            {
                found = (await carla.Json("api/deliveries"))
                    .GetProperty("deliveries")
                    .EnumerateArray()
                    .FirstOrDefault(d => d.Text("webhook") is null && d.GetProperty("notice").Text("person") == person);
                return found.ValueKind == JsonValueKind.Object
                    && found.Text("state") == state
                    && found.Text("answer") is not null;
            },
            40
        );
        return found;
    }
}
