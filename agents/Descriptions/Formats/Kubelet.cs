using System.Collections.Immutable;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions.Formats;

/// <summary>What the kubelet and the runtimes under it write into labels and annotations of the containers they make.</summary>
internal static class Kubelet
{
    public const string ContainerName = "io.kubernetes.container.name";

    private const string PodName = "io.kubernetes.pod.name";

    public static bool Made(ImmutableSortedDictionary<string, string> labels) => labels.ContainsKey(PodName);

    public static PodFacts? Pod(ImmutableSortedDictionary<string, string> labels) =>
        Made(labels)
            ? new PodFacts(
                labels.GetValueOrDefault("io.kubernetes.pod.namespace", ""), labels[PodName], labels.GetValueOrDefault("io.kubernetes.pod.uid", ""),
                "", "", "")
            : null;

    /// <summary>dockershim, containerd and CRI-O each mark the sandbox in their own way.</summary>
    public static bool IsSandbox(ImmutableSortedDictionary<string, string> marks) =>
        marks.GetValueOrDefault("io.kubernetes.docker.type") == "podsandbox"
        || marks.GetValueOrDefault("io.kubernetes.cri.container-type") == "sandbox"
        || marks.GetValueOrDefault("io.kubernetes.cri-o.ContainerType") == "sandbox"
        || marks.GetValueOrDefault(ContainerName) == "POD";
}
