using System.Text;
using System.Text.Json;

namespace TestServers.Administration;

/// <summary>Facts of the audit for a spreadsheet, as RFC 4180 writes them.</summary>
internal static class AuditCsv
{
    public const string Head = "at,actor,kind,token,address,action,target,outcome,detail";

    public static string Of(IEnumerable<AuditEntry> facts)
    {
        var text = new StringBuilder(Head).Append("\r\n");
        foreach (var fact in facts)
        {
            string?[] fields =
            [
                $"{fact.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}",
                fact.Actor,
                JsonNamingPolicy.CamelCase.ConvertName($"{fact.Kind}"),
                fact.Token,
                fact.Address,
                fact.Action,
                fact.Target,
                JsonNamingPolicy.CamelCase.ConvertName($"{fact.Outcome}"),
                fact.Detail,
            ];
            text.AppendJoin(',', fields.Select(Field)).Append("\r\n");
        }
        return text.ToString();
    }

    // A spreadsheet takes what begins like this for a formula, and people write these texts.
    private static string Field(string? value)
    {
        var text = value ?? "";
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.AsSpan().IndexOfAny("\",\r\n") >= 0
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
    }
}
