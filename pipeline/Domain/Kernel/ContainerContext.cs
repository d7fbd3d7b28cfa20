using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;

namespace Pipeline.Domain.Kernel;

/// <summary>What enrichment knows of one container at a position of the log.</summary>
/// <param name="Spec">Its newest description; null until one arrives.</param>
/// <param name="Last">The last thing its engine reported.</param>
public sealed record ContainerContext(string ContainerId, string Runtime, ContainerSpec? Spec, ContainerAction Last);
