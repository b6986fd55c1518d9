using System.Globalization;

namespace TestServers.Databases;

/// <summary>How sizes are said in messages, as the page says them.</summary>
public static class Sizes
{
    private static readonly string[] Units = ["bytes", "kB", "MB", "GB", "TB"];

    public static string Say(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1000 && unit < Units.Length - 1; unit++)
            size /= 1000;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(unit > 0 && size < 10 ? $"{size:0.0}" : $"{size:0}")} {Units[unit]}"
        );
    }
}
