using System.Collections.Immutable;
using Agents.Descriptions.Trees;

namespace Agents.Descriptions.Formats;

/// <summary>Tells formats apart by the fields that only one of them has.</summary>
internal static class DescriptionFormat
{
    public static void Describe(Cursor root, int document, ImmutableArray<DescriptionResult>.Builder results)
    {
        if (!root.IsMap)
        {
            root.Report("not a container description: expected an object");
            results.Add(root.Faults.First!.In(document));
        }
        else if (KubernetesObject.Is(root))
        {
            KubernetesObject.Describe(root, document, results);
        }
        else
        {
            results.Add(One(root, document));
        }
    }

    private static DescriptionResult One(Cursor root, int document)
    {
        if (DockerFormat.Is(root)) return DockerFormat.Describe(root, document);
        if (CriFormat.Is(root)) return CriFormat.Describe(root, document);
        if (OciFormat.Is(root)) return OciFormat.Describe(root, document);
        root.Report(
            "not a container description: neither docker or podman inspect, OCI config.json, CRI, nor a Kubernetes object (kind, apiVersion)");
        return root.Faults.First!.In(document);
    }
}
