using System.Collections.Immutable;

namespace Pipeline.Detection.Reporting;

/// <summary>
/// Patterns of policies: "*" stands for any characters, "?" for one, everything else for itself. Compared byte for byte, as the kernel
/// compares names.
/// </summary>
public static class Pattern
{
    /// <summary>The first pattern that matches; null when none does.</summary>
    public static string? FirstMatch(ImmutableArray<string> patterns, ReadOnlySpan<char> text)
    {
        foreach (string pattern in patterns)
        {
            if (Matches(text, pattern)) return pattern;
        }

        return null;
    }

    /// <summary>Takes time in proportion to the product of both lengths at worst; texts and patterns are bounded.</summary>
    public static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        int t = 0, p = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
