using Agents.Descriptions.Formats;
using Agents.Descriptions.Trees;

namespace Agents.Descriptions;

/// <summary>Reads what a CRI runtime answers to a verbose question about one container or sandbox.</summary>
public static class CriInspect
{
    /// <param name="json">An object with the answer's "status" and "info", the latter being the JSON object that the runtime keeps under
    /// that
    /// name in its map; crictl inspect prints the same.</param>
    /// <returns><see cref="Described"/> or <see cref="Unreadable"/>; never throws for what the content is.</returns>
    public static DescriptionResult Parse(ReadOnlyMemory<byte> json, DescriptionLimits? limits = null) =>
        SingleDocument.Read(
            json, limits, CriFormat.IsInspection, root => CriFormat.Describe(root, 1), "not a verbose status: no status, or no info");
}
