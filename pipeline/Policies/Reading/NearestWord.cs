namespace Pipeline.Policies.Reading;

/// <summary>What somebody who mistyped a word may have meant.</summary>
internal static class NearestWord
{
    /// <summary>A longer one is no slip of the fingers.</summary>
    private const int LongestWord = 64;

    /// <returns>The word with the fewest letters to change; null when none is near.</returns>
    public static string? To(string text, IEnumerable<string> words)
    {
        if (text.Length > LongestWord) return null;
        (string? best, int least) = (null, 1 + Math.Max(2, text.Length / 3));
        foreach (string word in words)
        {
            int distance = Distance(text, word);
            if (distance < least) (best, least) = (word, distance);
        }

        return best;
    }

    /// <summary>Levenshtein's: letters to insert, remove or replace.</summary>
    private static int Distance(string a, string b)
    {
        int[] before = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] now = new int[b.Length + 1];
            now[0] = i;
            for (int j = 1; j <= b.Length; j++)
                now[j] = Math.Min(Math.Min(now[j - 1], before[j]) + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            before = now;
        }

        return before[b.Length];
    }
}
