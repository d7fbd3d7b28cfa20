using System.Globalization;

namespace Pipeline.Host.Commands;

/// <summary>Lengths of time as people write them: 500ms, 30s, 5m, 2h, 1d, or hh:mm:ss.</summary>
internal static class DurationText
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    /// <returns>False for what is no such length; a negative one is none.</returns>
    public static bool TryRead(string text, out TimeSpan length)
    {
        foreach ((string unit, TimeSpan one) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out double many)) continue;
            length = many <= TimeSpan.MaxValue / one / 2 ? many * one : TimeSpan.MaxValue / 2;
            return true;
        }

        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out length) && length >= TimeSpan.Zero
            && text.Contains(':', StringComparison.Ordinal);
    }
}
