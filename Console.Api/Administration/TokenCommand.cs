using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TestServers.Administration;

/// <summary>
/// `console token`: makes a token, which is written nowhere, and the line of the settings that knows it.
/// </summary>
internal static class TokenCommand
{
    private const int Bytes = 32;
    private static readonly JsonSerializerOptions AsRead = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task<int> Run(string settingsFile, string name, string[] may, TextWriter output)
    {
        // The rules for a name and for what it may are those of the settings.
        foreach (var (key, text) in may.Select(m => ("tokens[].may[]", m)).Prepend(("tokens[].name", name)))
        {
            var rule = SettingsRules.Of(key);
            if (rule.Text!(text) is false || text.Any(char.IsControl))
                throw new WrongSetting($"`{SettingsText.Cut(text)}` is wrong: a right one {rule.Says}.");
        }
        if (ConsoleSettings.Load(settingsFile, _ => { }).Tokens.Any(t => t.Name == name))
            throw new WrongSetting(
                $"The settings have a token {name} already. Name another, or take that one out of {settingsFile} first."
            );
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        var line = JsonSerializer.Serialize(
            new TokenSettings(name, PersonalTokens.HashOf(token), [.. may.Distinct(StringComparer.Ordinal)]),
            AsRead
        );
        await output.WriteLineAsync(
            $"""
            The token, which is shown this once; whoever has it is {name}:

              {token}

            Add this to `tokens` in {settingsFile}, and have it read again (systemctl reload console):

              {line}
            """
        );
        return 0;
    }
}
