using System.Globalization;

namespace Agents.Importers;

/// <summary>Instants as recordings write them.</summary>
internal static class WallClock
{
    /// <summary>RFC 3339 with up to nine digits of a second's fraction, which .NET's own parsers cut to seven.</summary>
    /// <returns>Nanoseconds since 1970; null for what is none, or lies outside 1970 to 2262.</returns>
    public static long? Nanoseconds(string text)
    {
        const string seconds = "yyyy-MM-ddTHH:mm:ss";
        if (text.Length < seconds.Length + 1) return null;
        int end = seconds.Length;
        long fraction = 0;
        if (text[end] == '.')
        {
            int digits = 0;
            for (end++; end < text.Length && char.IsAsciiDigit(text[end]); end++)
            {
                if (digits++ < 9) fraction = fraction * 10 + (text[end] - '0');
            }

            for (; digits < 9; digits++) fraction *= 10;
        }

        string whole = string.Concat(text.AsSpan(0, seconds.Length), text.AsSpan(end));
        if (!DateTimeOffset.TryParseExact(whole, seconds + "K", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
            out DateTimeOffset at))
            return null;
        long since = at.ToUnixTimeSeconds();
        return since is < 0 or > long.MaxValue / 1_000_000_000 - 1 ? null : since * 1_000_000_000 + fraction;
    }

    /// <summary>Seconds since 1970 with a fraction of up to nine digits, as the audit daemon writes them.</summary>
    public static long? Nanoseconds(ReadOnlySpan<byte> seconds)
    {
        int point = seconds.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? seconds : seconds[..point];
        ReadOnlySpan<byte> rest = point < 0 ? default : seconds[(point + 1)..];
        if (whole.Length is 0 or > 10 || rest.Length > 9) return null;
        long value = 0;
        foreach (byte digit in whole)
        {
            if (!char.IsAsciiDigit((char)digit)) return null;
            value = value * 10 + (digit - '0');
        }

        long fraction = 0;
        for (int i = 0; i < 9; i++)
        {
            if (i < rest.Length && !char.IsAsciiDigit((char)rest[i])) return null;
            fraction = fraction * 10 + (i < rest.Length ? rest[i] - '0' : 0);
        }

        return value > long.MaxValue / 1_000_000_000 - 1 ? null : value * 1_000_000_000 + fraction;
    }
}
