using System.Collections.Immutable;
using Agents.Descriptions.Trees;

namespace Agents.Descriptions.Formats;

/// <summary>Capability names as people and engines write them.</summary>
internal static class Capability
{
    /// <summary>Names of a list in upper case without CAP_, sorted, each once.</summary>
    public static ImmutableArray<string> Names(Cursor list)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string written in list.Texts()) names.Add(Normalise(written));
        return [.. names];
    }

    private static string Normalise(string written)
    {
        string name = written.Trim().ToUpperInvariant();
        return name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name;
    }
}
