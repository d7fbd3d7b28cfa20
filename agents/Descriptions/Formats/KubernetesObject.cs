using System.Collections.Immutable;
using Agents.Descriptions.Trees;

namespace Agents.Descriptions.Formats;

/// <summary>
/// Finds the pod specs in Kubernetes objects: pods, the workloads that make pods from a template, and lists of any of them.
/// </summary>
internal static class KubernetesObject
{
    /// <summary>A list of lists is valid and nobody writes one; deeper ones are refused.</summary>
    private const int DeepestList = 4;

    /// <summary>Way from a workload to its pod template. The API groups tell them from custom resources of the same kind.</summary>
    private static readonly Dictionary<string, (string Groups, string[] Template)> Workloads = new(StringComparer.Ordinal)
    {
        ["Deployment"] = ("apps extensions", ["spec", "template"]),
        ["DaemonSet"] = ("apps extensions", ["spec", "template"]),
        ["StatefulSet"] = ("apps", ["spec", "template"]),
        ["ReplicaSet"] = ("apps extensions", ["spec", "template"]),
        ["ReplicationController"] = ("", ["spec", "template"]),
        ["Job"] = ("batch", ["spec", "template"]),
        ["CronJob"] = ("batch", ["spec", "jobTemplate", "spec", "template"]),
        ["PodTemplate"] = ("", ["template"]),
    };

    public static bool Is(Cursor root) =>
        root["kind"].IsText && (root["apiVersion"].Exists || root["kind"].Text() == "Pod" || Workloads.ContainsKey(root["kind"].Text()));

    public static void Describe(Cursor root, int document, ImmutableArray<DescriptionResult>.Builder results) =>
        Describe(root, document, root["kind"].Text(), 0, results);

    private static void Describe(Cursor at, int document, string kind, int depth, ImmutableArray<DescriptionResult>.Builder results)
    {
        string version = at["apiVersion"].Text();
        string group = version.Contains('/', StringComparison.Ordinal) ? version[..version.IndexOf('/', StringComparison.Ordinal)] : "";
        if (IsList(at, kind))
        {
            List(at, document, kind, depth, results);
        }
        else if (kind == "Pod" && group.Length == 0)
        {
            KubernetesPod.Describe(at, Owner(at), kind, document, results);
        }
        else if (Workloads.TryGetValue(kind, out (string Groups, string[] Template) workload)
            && (version.Length == 0 || workload.Groups.Split(' ').Contains(group)))
        {
            Cursor template = workload.Template.Aggregate(at, (cursor, name) => cursor[name]);
            var owner = new PodOwner(kind, at["metadata"]["name"].Text(), at["metadata"]["namespace"].Text());
            KubernetesPod.Describe(template, owner, kind, document, results);
        }
        else
        {
            results.Add(new NotAContainer(document, kind));
        }
    }

    private static bool IsList(Cursor at, string kind) => kind.EndsWith("List", StringComparison.Ordinal) && at["items"].IsList;

    private static void List(Cursor at, int document, string kind, int depth, ImmutableArray<DescriptionResult>.Builder results)
    {
        if (depth == DeepestList)
        {
            at.Report($"lists of lists more than {DeepestList} deep");
            results.Add(at.Faults.First!.In(document));
            return;
        }

        IReadOnlyList<Cursor> items = at["items"].Items();
        if (at.Faults.First is { } fault) results.Add(fault.In(document));
        foreach (Cursor shared in items)
        {
            Cursor item = shared.With(new Faults());

            // Elements of a PodList as the API serves it name no kind of their own.
            string own = item["kind"].Text();
            if (own.Length == 0 && kind != "List") own = kind[..^"List".Length];
            if (own.Length == 0) item["kind"].Report("missing");
            if (item.Faults.First is { } bad) results.Add(bad.In(document));
            else Describe(item, document, own, depth + 1, results);
        }
    }

    /// <summary>The controller that made a pod, where the cluster has written it down.</summary>
    private static PodOwner Owner(Cursor pod)
    {
        Cursor metadata = pod["metadata"];
        IReadOnlyList<Cursor> owners = metadata["ownerReferences"].Items();
        if (owners.Count == 0) return new PodOwner("Pod", metadata["name"].Text(), "");
        Cursor owner = owners.FirstOrDefault(one => one["controller"].Flag() == true, owners[0]);
        (string kind, string name) = WorkloadOwner.Of(owner["kind"].Text(), owner["name"].Text(), metadata["labels"].Labels());
        return new PodOwner(kind, name, "");
    }
}

/// <summary>The workload that a pod belongs to, the pod itself when it belongs to none.</summary>
internal sealed record PodOwner(string Kind, string Name, string Namespace);
