using System.Collections.Immutable;
using Agents.Descriptions;

namespace Agents.NodeAgent.Engines;

/// <summary>Texts that engines pass on from whoever started a container, held to the bounds of descriptions.</summary>
internal static class BoundedText
{
    private static readonly DescriptionLimits Limits = DescriptionLimits.Default;

    /// <summary>Empty when there is none or it is longer than a name or reference may be.</summary>
    public static string Of(string? text) => text is not null && text.Length <= Limits.KeptStringLength ? text : "";

    /// <summary>
    /// <paramref name="own"/> labels and those <paramref name="others"/> that they do not hide, as far as the bounds allow.
    /// </summary>
    public static ImmutableSortedDictionary<string, string> Labels(
        IEnumerable<KeyValuePair<string, string>> own, IEnumerable<KeyValuePair<string, string>> others)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in own.OrderBy(label => label.Key, StringComparer.Ordinal).Concat(others))
        {
            if (labels.Count == Limits.Labels) break;
            if (name.Length <= Limits.KeptStringLength && value.Length <= Limits.KeptStringLength) labels.TryAdd(name, value);
        }

        return labels.ToImmutable();
    }
}
