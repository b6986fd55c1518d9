namespace TestServers.Tests.Unit.Settings;

/// <summary>The page of all settings is made from the settings file, and what it says of keys left out is so.</summary>
public sealed class SettingsDocumentTest
{
    private static string Page => Sources.Of("docs/settings.md");

    /// <remarks>With CONSOLE_WRITE_DOCS=1 in the environment the page is written anew.</remarks>
    [Fact]
    public void The_page_is_what_settings_file_and_program_say()
    {
        var made = SettingsDocument.Made();
        if (Environment.GetEnvironmentVariable("CONSOLE_WRITE_DOCS") == "1")
            File.WriteAllText(Page, made);
        Assert.Equal(made, File.ReadAllText(Page));
    }

    [Fact]
    public void The_page_has_each_key_once()
    {
        var keys = SettingsDocument.DefaultsIn(File.ReadAllText(Page)).Keys;
        Assert.Equal(WholeSettings.Keys().Select(k => k.Pattern).Order(), keys.Order());
    }

    [Fact]
    public void A_key_that_is_left_out_is_as_if_it_had_what_the_page_says()
    {
        var said = SettingsDocument.DefaultsIn(File.ReadAllText(Page)).Where(d => d.Value.StartsWith('`')).ToList();
        Assert.InRange(said.Count, 50, 200);
        foreach (var (pattern, literal) in said)
        {
            using var settings = new WholeSettings();
            var place = WholeSettings.PlaceOf(pattern);
            settings.With(place, null);
            var without = Told(settings.Load());
            settings.With(place, literal.Trim('`'));
            Assert.True(without == Told(settings.Load()), $"{pattern} is not {literal} when it is left out.");
        }
    }

    [Fact]
    public void What_must_be_given_is_missed()
    {
        var must = SettingsDocument
            .DefaultsIn(File.ReadAllText(Page))
            .Where(d => d.Value == SettingsDocument.MustBeGiven)
            .ToList();
        Assert.InRange(must.Count, 20, 200);
        foreach (var (pattern, _) in must)
        {
            using var settings = new WholeSettings();
            var place = WholeSettings.PlaceOf(pattern);
            Assert.Contains($"`{place}`", settings.With(place, null).Refusal(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_values_that_stand_in_the_settings_file_are_those_of_keys_left_out()
    {
        using var folder = new TemporaryFolder();
        var options = new JsonDocumentOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        };
        var whole = JsonNode.Parse(File.ReadAllText(Sources.Of("Console.Api/console.json")), null, options)!.AsObject();
        var file = folder["console.json"];
        string Loaded(JsonNode json)
        {
            File.WriteAllText(file, json.ToJsonString());
            return Told(SiteTrial.Load(file));
        }
        var asWritten = Loaded(whole);
        foreach (var key in whole.Select(p => p.Key).Except(["listen", "state", "hosts"]))
        {
            var without = whole.DeepClone().AsObject();
            without.Remove(key);
            Assert.True(asWritten == Loaded(without), $"{key} is another when it is left out.");
            foreach (var inner in whole[key] is JsonObject inside ? inside.Select(p => p.Key) : [])
            {
                var less = whole.DeepClone().AsObject();
                less[key]!.AsObject().Remove(inner);
                Assert.True(asWritten == Loaded(less), $"{key}.{inner} is another when it is left out.");
            }
        }
    }

    // Nothing in a list or an object is as none.
    private static string Told(ConsoleSettings settings) =>
        JsonSerializer
            .Serialize(settings)
            .Replace("\":{}", "\":null", StringComparison.Ordinal)
            .Replace("\":[]", "\":null", StringComparison.Ordinal);
}
