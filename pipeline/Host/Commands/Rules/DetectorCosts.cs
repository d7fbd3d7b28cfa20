using System.Text.RegularExpressions;

namespace Pipeline.Host.Commands.Rules;

/// <summary>What each detector costs, as docs/perf/detection.md says: rows "| detector | nanoseconds |".</summary>
internal sealed partial class DetectorCosts
{
    private readonly Dictionary<string, string> _nanoseconds = new(StringComparer.Ordinal);

    /// <summary>Nanoseconds an event of the mix that was measured; "not measured" where there is no row.</summary>
    public string Of(string detector) => _nanoseconds.TryGetValue(detector, out string? cost) ? $"{cost} ns" : "not measured";

    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static DetectorCosts In(string root)
    {
        var costs = new DetectorCosts();
        foreach (string line in File.ReadLines(Path.Combine(root, "docs", "perf", "detection.md")))
        {
            // The first table with a detector's name is the newest.
            if (Row().Match(line) is { Success: true } row) costs._nanoseconds.TryAdd(row.Groups[1].Value, row.Groups[2].Value);
        }

        return costs;
    }

    [GeneratedRegex("""^\| ([a-z-]+)(?: \([^|]*\))? \| ([0-9.,]+) \|""")]
    private static partial Regex Row();
}
