using System.Collections.Immutable;
using Agents.Descriptions.Trees;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions.Formats;

/// <summary>
/// A pod spec: each of its containers with what it inherits from the pod. A fault in one container leaves the others readable.
/// </summary>
internal sealed class KubernetesPod
{
    private static readonly string[] ContainerLists = ["initContainers", "containers", "ephemeralContainers"];

    private readonly Cursor _spec;
    private readonly string _format;
    private readonly string _operatingSystem;
    private readonly PodFacts _facts;
    private readonly ImmutableSortedDictionary<string, string> _labels;
    private readonly KubernetesSeccomp _seccomp;
    private readonly Dictionary<string, (string HostPath, bool IsHost)> _volumes = new(StringComparer.Ordinal);
    private readonly ImmutableArray<HostNamespace> _hostNamespaces;

    private KubernetesPod(Cursor pod, PodOwner owner, string kind)
    {
        Cursor metadata = pod["metadata"];
        _spec = pod["spec"];
        _format = kind.ToLowerInvariant();
        _labels = metadata["labels"].Labels();
        string space = metadata["namespace"].Text();
        _facts = new PodFacts(
            space.Length > 0 ? space : owner.Namespace, kind == "Pod" ? metadata["name"].Text() : "", metadata["uid"].Text(), owner.Kind, owner.Name,
            _spec.Either("serviceAccountName", "serviceAccount").Text());
        _operatingSystem = OperatingSystem(_spec);
        _seccomp = new KubernetesSeccomp(metadata["annotations"], _spec["securityContext"]);
        _hostNamespaces = HostNamespaces(_spec);
        foreach (Cursor volume in _spec["volumes"].Items())
        {
            _volumes[volume["name"].Text()] = (volume["hostPath"]["path"].Text(), volume["hostPath"].Exists);
        }
    }

    /// <param name="pod">A pod or a pod template.</param>
    public static void Describe(Cursor pod, PodOwner owner, string kind, int document, ImmutableArray<DescriptionResult>.Builder results)
    {
        var read = new KubernetesPod(pod, owner, kind);
        Cursor[] containers = [.. ContainerLists.SelectMany(list => read._spec[list].Items())];
        if (containers.Length == 0) read._spec["containers"].Report("missing: a pod has at least one container");
        if (pod.Faults.First is { } fault)
        {
            results.Add(fault.In(document));
            return;
        }

        foreach (Cursor shared in containers)
        {
            Cursor container = shared.With(new Faults());
            ContainerSpec spec = read.Spec(container);
            results.Add(container.Faults.First is { } bad ? bad.In(document) : new Described(document, kind, spec));
        }
    }

    private ContainerSpec Spec(Cursor container)
    {
        Cursor context = container["securityContext"];
        string name = container["name"].Text();
        if (name.Length == 0) container["name"].Report("missing");
        string image = container["image"].Text();
        return new ContainerSpec
        {
            Name = name,
            Image = image,
            ImageDigest = image.IndexOf("@sha256:", StringComparison.Ordinal) is >= 0 and int at ? image[(at + 1)..] : "",
            Format = _format,
            OperatingSystem = _operatingSystem,
            Pod = _facts,
            Labels = _labels,
            Privileged = context["privileged"].Flag() is { } privileged ? Setting.Explicit(privileged) : Setting.Inherited(false),
            Capabilities = Capabilities(context["capabilities"]),
            Seccomp = _seccomp.Of(name, context),
            NoNewPrivileges = context["allowPrivilegeEscalation"].Flag() is { } allowed ? Setting.Explicit(!allowed) : Setting.Inherited(false),
            Mounts = [.. container["volumeMounts"].Items().Select(Mount)],
            HostNamespaces = _hostNamespaces,
            WorkingDirectory = container["workingDir"].Text(),
            User = (context["runAsUser"].Exists ? context : _spec["securityContext"])["runAsUser"].Symbol(),
            Command = [.. container["command"].Arguments(), .. container["args"].Arguments()],
        };
    }

    /// <summary>
    /// Only what keeps a pod off Linux nodes counts, so that nobody escapes the checks by a Windows option on a Linux container.
    /// </summary>
    private static string OperatingSystem(Cursor spec)
    {
        Cursor selector = spec["nodeSelector"];
        bool windows = spec["os"]["name"].Text() == "windows"
            || selector["kubernetes.io/os"].Text() == "windows" || selector["beta.kubernetes.io/os"].Text() == "windows";
        return windows ? "windows" : "linux";
    }

    private static CapabilitySettings Capabilities(Cursor asked)
    {
        ImmutableArray<string> add = Capability.Names(asked["add"]);
        ImmutableArray<string> drop = Capability.Names(asked["drop"]);
        return new CapabilitySettings(add, drop, null, add.Length + drop.Length > 0 ? Basis.Explicit : Basis.Inherited);
    }

    private static ImmutableArray<HostNamespace> HostNamespaces(Cursor spec)
    {
        var shared = ImmutableArray.CreateBuilder<HostNamespace>();
        foreach ((string field, string type) in new[] { ("hostPID", "pid"), ("hostIPC", "ipc"), ("hostNetwork", "network") })
        {
            if (spec[field].Flag() == true) shared.Add(new HostNamespace(type, Basis.Explicit));
        }

        return shared.ToImmutable();
    }

    /// <summary>A hostPath is a bind of the host's; every other kind of volume is content that the kubelet provides.</summary>
    private ContainerMount Mount(Cursor item)
    {
        string name = item["name"].Text();
        string destination = item["mountPath"].Text();
        string mode = item["readOnly"].Flag() == true ? "ro" : "rw";
        string propagation = item["mountPropagation"].Text() switch
        {
            "HostToContainer" => "rslave",
            "Bidirectional" => "rshared",
            _ => "rprivate",
        };
        (string path, bool isHost) = _volumes.GetValueOrDefault(name, ("", false));
        if (!isHost) return new ContainerMount(name, destination, mode, propagation, "volume");
        string below = item.Either("subPath", "subPathExpr").Text();
        return new ContainerMount(below.Length == 0 ? path : $"{path.TrimEnd('/')}/{below}", destination, mode, propagation, "bind");
    }
}
