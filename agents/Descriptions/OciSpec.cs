using Agents.Descriptions.Formats;
using Agents.Descriptions.Trees;

namespace Agents.Descriptions;

/// <summary>Reads the runtime-spec of one container, as containerd keeps it.</summary>
public static class OciSpec
{
    /// <returns><see cref="Described"/> or <see cref="Unreadable"/>; never throws for what the content is.</returns>
    public static DescriptionResult Parse(ReadOnlyMemory<byte> json, DescriptionLimits? limits = null) =>
        SingleDocument.Read(json, limits, OciFormat.Is, root => OciFormat.Describe(root, 1), "not a runtime-spec: no ociVersion");
}
