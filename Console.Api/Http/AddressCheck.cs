using System.Text;
using System.Text.Unicode;

namespace TestServers.Http;

/// <summary>
/// Refuses what a call does not know or cannot read in its address, by name: a parameter that would be passed over is
/// a wish that is not fulfilled.
/// </summary>
public sealed class AddressCheck(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is RouteEndpoint endpoint)
            Check(context.Request, CallInputs.Of(endpoint));
        return next(context);
    }

    /// <exception cref="Problem">400, naming the parameter.</exception>
    private static void Check(HttpRequest request, CallInputs inputs)
    {
        if (!IsEncodedWell(request.QueryString.Value ?? ""))
            throw Problem.BadInput(
                "The address is not encoded well: % is followed by two hexadecimal digits, and the whole is UTF-8."
            );
        foreach (var (name, values) in request.Query)
        {
            var known =
                inputs.Query.FirstOrDefault(p => p.Name == name)
                ?? throw Problem.BadInput($"There is no such parameter: {Quoted.Of(name)}. {Known(inputs)}");
            if (values.Count > 1)
                throw Problem.BadInput($"The parameter `{name}` is given {values.Count} times. Give it once.");
            if (values.ToString().Length == 0)
                throw Problem.BadInput($"The parameter `{name}` is empty: it must be {known.Rule}. Or leave it out.");
        }
        foreach (var parameter in inputs.Parameters)
        {
            var text = parameter.InQuery
                ? request.Query[parameter.Name].ToString()
                : request.RouteValues[parameter.Name]?.ToString() ?? "";
            if (text.Length == 0 && parameter.Optional)
                continue;
            if (text.Length == 0)
                throw Problem.BadInput($"The parameter `{parameter.Name}` is missing: it must be {parameter.Rule}.");
            if (!parameter.Accepts(text))
                throw Problem.BadInput($"The parameter `{parameter.Name}` is not right: it must be {parameter.Rule}.");
        }
    }

    private static string Known(CallInputs inputs)
    {
        var names = inputs.Query.Select(p => $"`{p.Name}`").ToList();
        return names.Count == 0 ? "This call takes none." : $"This call knows {string.Join(", ", names)}.";
    }

    // The framework leaves what it cannot decode as it is, so that %FF would be searched for as a text.
    private static bool IsEncodedWell(string query)
    {
        var bytes = new List<byte>(query.Length);
        for (var i = 0; i < query.Length; i++)
        {
            if (query[i] != '%')
                bytes.AddRange(Encoding.UTF8.GetBytes(query, i, 1));
            else if (i + 2 < query.Length && char.IsAsciiHexDigit(query[i + 1]) && char.IsAsciiHexDigit(query[i + 2]))
            {
                bytes.Add(Convert.ToByte(query.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
                return false;
        }
        return Utf8.IsValid(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes));
    }
}

/// <summary>A name from a request, in a sentence.</summary>
internal static class Quoted
{
    private const int Longest = 40;

    /// <summary>In backquotes, cut, and without what cannot be seen.</summary>
    public static string Of(string text)
    {
        var shown = string.Concat(text.EnumerateRunes().Where(PlainText.IsVisible).Take(Longest));
        return $"`{shown}{(shown.Length < text.Length ? "..." : "")}`";
    }
}
