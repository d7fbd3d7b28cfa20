using System.Collections.Immutable;
using Agents.Descriptions.Trees;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions.Formats;

/// <summary>
/// A runtime-spec config.json, the resolved description: it shows what a container gets and not who asked for it. A part that is missing
/// as a whole (no "linux", no "process") leaves its settings unknown.
/// </summary>
internal static class OciFormat
{
    /// <summary>What "all" was before Linux 5.8 added three more; an inferred privileged container has at least so many.</summary>
    private const int AllCapabilities = 38;

    /// <summary>No runtime leaves these out unless asked to; user and cgroup namespaces are missing from most containers.</summary>
    private static readonly ImmutableArray<(string Oci, string Type)> AlwaysIsolated =
        [("pid", "pid"), ("ipc", "ipc"), ("network", "network"), ("uts", "uts"), ("mount", "mnt")];

    private static readonly ImmutableArray<(string Oci, string Type)> OtherNamespaces = [("user", "user"), ("cgroup", "cgroup")];

    public static bool Is(Cursor root) =>
        root["ociVersion"].Exists
        || root["process"].IsMap
        || (root["mounts"].IsList && root["mounts"].Items() is [{ IsMap: true } first, ..] && first["destination"].Exists);

    public static DescriptionResult Describe(Cursor root, int document)
    {
        ContainerSpec spec = Spec(root);
        return root.Faults.First is { } fault ? fault.In(document) : new Described(document, "oci", spec);
    }

    public static ContainerSpec Spec(Cursor root)
    {
        ImmutableSortedDictionary<string, string> annotations = root["annotations"].Labels();
        Cursor process = root["process"];
        Cursor linux = root["linux"];
        CapabilitySettings capabilities = Capabilities(process);
        return new ContainerSpec
        {
            Name = Name(root, annotations),
            Image = Annotation(annotations, "io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName"),
            Format = "oci",
            OperatingSystem = root["windows"].Exists && !linux.Exists ? "windows" : "linux",
            IsSandbox = Kubelet.IsSandbox(annotations),
            Pod = Pod(annotations),
            Labels = annotations,
            Privileged = IsPrivileged(linux, capabilities) ? Setting.Explicit(true) : Setting.Unknown(false),
            Capabilities = capabilities,
            Seccomp = Seccomp(linux),
            NoNewPrivileges = NoNewPrivileges(process),
            Mounts = [.. root["mounts"].Items().Select(Mount)],
            HostNamespaces = HostNamespaces(linux),
            WorkingDirectory = process["cwd"].Text(),
            User = process["user"].Exists ? $"{process["user"]["uid"].Symbol()}:{process["user"]["gid"].Symbol()}" : "",
            Command = process["args"].Arguments(),
        };
    }

    private static string Name(Cursor root, ImmutableSortedDictionary<string, string> annotations)
    {
        string name = Annotation(annotations, "io.kubernetes.cri.container-name", Kubelet.ContainerName);
        if (name.Length > 0) return name;
        string hostname = root["hostname"].Text();
        if (hostname.Length > 0) return hostname;
        string group = root["linux"]["cgroupsPath"].Text();
        return group[(group.LastIndexOf('/') + 1)..];
    }

    private static PodFacts? Pod(ImmutableSortedDictionary<string, string> annotations)
    {
        string pod = Annotation(annotations, "io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name");
        return pod.Length == 0
            ? null
            : new PodFacts(
                Annotation(annotations, "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"), pod,
                Annotation(annotations, "io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid"), "", "", "");
    }

    private static string Annotation(ImmutableSortedDictionary<string, string> annotations, string name, string other) =>
        annotations.GetValueOrDefault(name) ?? annotations.GetValueOrDefault(other, "");

    /// <summary>
    /// The bounding set is the limit of what the process can ever have; where it is missing the other sets stand in. No capabilities at
    /// all means none.
    /// </summary>
    private static CapabilitySettings Capabilities(Cursor process)
    {
        if (!process.Exists) return CapabilitySettings.Unknown;
        Cursor sets = process["capabilities"];
        if (!sets.Exists) return new CapabilitySettings([], [], [], Basis.Inherited);
        Cursor stated = sets.Either("bounding", "effective");
        return new CapabilitySettings([], [], Capability.Names(stated.Exists ? stated : sets["permitted"]), Basis.Explicit);
    }

    /// <summary>
    /// The format has no field for it; what --privileged does is told by its results together, which nothing else brings about.
    /// </summary>
    private static bool IsPrivileged(Cursor linux, CapabilitySettings capabilities) =>
        linux.Exists
        && capabilities.Effective is { } set && set.Length >= AllCapabilities && set.Contains("SYS_ADMIN")
        && !linux["seccomp"].Exists
        && linux["maskedPaths"].Items().Count == 0 && linux["readonlyPaths"].Items().Count == 0
        && linux["resources"]["devices"].Items().Any(AllowsEveryDevice);

    private static bool AllowsEveryDevice(Cursor rule) =>
        rule["allow"].Flag() == true
        && rule["type"].Text() is "" or "a"
        && IsAny(rule["major"]) && IsAny(rule["minor"])
        && rule["access"].Text().Contains("rw", StringComparison.Ordinal);

    private static bool IsAny(Cursor number) => number.Symbol() is "" or "-1";

    private static Setting<SeccompProfile> Seccomp(Cursor linux)
    {
        if (!linux.Exists) return Setting.Unknown(SeccompProfile.Default);

        // A filter is there, but not whose it is.
        return linux["seccomp"].Exists ? Setting.Unknown(SeccompProfile.Default) : Setting.Inherited(SeccompProfile.Unconfined);
    }

    private static Setting<bool> NoNewPrivileges(Cursor process)
    {
        if (!process.Exists) return Setting.Unknown(false);
        return process["noNewPrivileges"].Flag() == true ? Setting.Explicit(true) : Setting.Inherited(false);
    }

    private static ContainerMount Mount(Cursor item)
    {
        ImmutableArray<string> options = item["options"].Texts();
        bool isBind = item["type"].Text() == "bind" || options.Contains("bind") || options.Contains("rbind");
        string propagation = options.LastOrDefault(MountOptions.IsPropagation) ?? (isBind ? "rprivate" : "");
        string mode = options.Contains("ro") ? "ro" : "rw";
        return new ContainerMount(item["source"].Text(), item["destination"].Text(), mode, propagation, isBind ? "bind" : item["type"].Text());
    }

    /// <summary>
    /// A type that is not listed is the runtime's own, which is the host's (runtime-spec, config-linux.md); so is one whose path is the
    /// first process'.
    /// </summary>
    private static ImmutableArray<HostNamespace> HostNamespaces(Cursor linux)
    {
        if (!linux.Exists) return [];
        var listed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Cursor item in linux["namespaces"].Items()) listed[item["type"].Text()] = item["path"].Text();
        var shared = ImmutableArray.CreateBuilder<HostNamespace>();
        foreach ((string oci, string type) in AlwaysIsolated)
        {
            if (!listed.TryGetValue(oci, out string? path) || IsHosts(path)) shared.Add(new HostNamespace(type, Basis.Explicit));
        }

        foreach ((string oci, string type) in OtherNamespaces)
        {
            if (listed.TryGetValue(oci, out string? path) && IsHosts(path)) shared.Add(new HostNamespace(type, Basis.Explicit));
        }

        return shared.ToImmutable();
    }

    /// <summary>/proc/self is the runtime as it reads the file, still in the host's namespaces.</summary>
    private static bool IsHosts(string path) =>
        path.StartsWith("/proc/1/ns/", StringComparison.Ordinal)
        || path.StartsWith("/proc/self/ns/", StringComparison.Ordinal)
        || path.StartsWith("/proc/thread-self/ns/", StringComparison.Ordinal);
}
