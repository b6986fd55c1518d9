using System.Text.Json;
using System.Text.RegularExpressions;

namespace TestServers.Webhooks;

/// <summary>
/// A delivery in the form that its receiver reads. What people have written stays text there: it calls nobody, and is
/// no link and no markup.
/// </summary>
public static partial class WebhookBody
{
    /// <param name="publicUrl">Where people open the console; null: that is not known.</param>
    public static byte[] Of(Delivery delivery, WebhookForm form, string? publicUrl)
    {
        var notice = delivery.Notice;
        var url = publicUrl is null ? null : $"{publicUrl}/#/{notice.Page}";
        var text = notice.Person is { } person ? $"{person}: {notice.Text}" : notice.Text;
        return JsonSerializer.SerializeToUtf8Bytes(
            form switch
            {
                WebhookForm.Text => new { text = url is null ? text : $"{text} {url}" },
                WebhookForm.Slack => new { text = ForSlack(text) + (url is null ? "" : $" <{url}|Show>") },
                WebhookForm.Mattermost => new { text = Plain(text) + (url is null ? "" : $" [Show]({url})") },
                WebhookForm.Teams => Card(Plain(text), url),
                _ => (object)
                    new
                    {
                        delivery = delivery.Id,
                        @event = notice.Event,
                        at = notice.At,
                        text = notice.Text,
                        person = notice.Person,
                        server = notice.Server,
                        build = notice.Build,
                        restore = notice.Restore,
                        @base = notice.Base,
                        url,
                    },
            },
            Json.Web
        );
    }

    private static string ForSlack(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

    // A mark before each sign of Markdown, and nothing that @all would call.
    private static string Plain(string text) =>
        Marks().Replace(text, @"\$0").Replace("@", "@\u200b", StringComparison.Ordinal);

    private static object Card(string text, string? url) =>
        new
        {
            type = "message",
            attachments = new[]
            {
                new
                {
                    contentType = "application/vnd.microsoft.card.adaptive",
                    content = new Dictionary<string, object>(StringComparer.Ordinal)
                    {
                        ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
                        ["type"] = "AdaptiveCard",
                        ["version"] = "1.4",
                        ["body"] = new[]
                        {
                            new
                            {
                                type = "TextBlock",
                                text,
                                wrap = true,
                            },
                        },
                        ["actions"] = url is null
                            ? Array.Empty<object>()
                            :
                            [
                                new
                                {
                                    type = "Action.OpenUrl",
                                    title = "Show",
                                    url,
                                },
                            ],
                    },
                },
            },
        };

    [GeneratedRegex(@"[\\`*_~\[\]()#>|!<]")]
    private static partial Regex Marks();
}
