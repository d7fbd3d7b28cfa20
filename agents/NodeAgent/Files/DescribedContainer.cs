using Agents.Descriptions;

namespace Agents.NodeAgent.Files;

/// <summary>A container that a file describes.</summary>
/// <param name="ContainerId">The engine's id where the description has it; otherwise a hash of where the description is and the container's
/// name.</param>
/// <param name="Weight">Share of the file's bytes.</param>
internal sealed record DescribedContainer(string ContainerId, Described Description, int Weight);
