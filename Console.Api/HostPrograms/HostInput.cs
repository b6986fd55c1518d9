using System.Text;

namespace TestServers.HostPrograms;

/// <summary>What a host program gets on standard input for a call.</summary>
internal static class HostInput
{
    /// <param name="verb">Of a call that follows another; the first has its verb elsewhere.</param>
    /// <param name="next">For how many seconds the program waits for a call that follows; null: none does.</param>
    public static string Of(HostCall call, string? verb = null, int? next = null)
    {
        var input = new StringBuilder($"protocol={HostProgram.Protocol}\n");
        if (verb is not null)
            input.Append("verb=").Append(verb).Append('\n');
        if (next is not null)
            input.Append("next=").Append(next.Value).Append('\n');
        foreach (var (key, text) in call.Values)
        {
            if (text.Any(char.IsControl))
                throw new ArgumentException($"The value {key} holds a control character.", nameof(call));
            input.Append(key).Append('=').Append(text).Append('\n');
        }
        foreach (var (name, text) in call.Files)
            input.Append("file.").Append(name).Append('=').Append(Base64Of(text)).Append('\n');
        return input.Append('\n').ToString();
    }

    private static string Base64Of(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
