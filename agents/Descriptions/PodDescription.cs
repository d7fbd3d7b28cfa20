using System.Collections.Immutable;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions;

/// <summary>What a kubelet or API server says of one pod, as far as it helps to tell whose a container is.</summary>
/// <param name="Labels">The pod's own, within the limits.</param>
/// <param name="ContainerIds">Ids of its containers as the runtime gives them, without "containerd://" before them; those that were
/// started.</param>
/// <param name="ConfigUid">Of a pod that the API server only mirrors (a static pod): the uid under which the kubelet runs it. Else
/// empty.</param>
public sealed record PodDescription(
    PodFacts Facts, ImmutableSortedDictionary<string, string> Labels, ImmutableArray<string> ContainerIds, string ConfigUid);
