using System.Collections.Immutable;
using Agents.Descriptions.Trees;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions.Formats;

/// <summary>
/// docker inspect, podman inspect (Libpod's shape of the same), and the body of Docker's create request. The security options are read as
/// moby's parseSecurityOpt does (daemon/daemon_unix.go).
/// </summary>
internal static class DockerFormat
{
    public static bool Is(Cursor root) => root["HostConfig"].IsMap;

    public static DescriptionResult Describe(Cursor root, int document)
    {
        bool podman = root["ImageName"].IsText && (root["OCIRuntime"].Exists || root["ConmonPidFile"].Exists || root["IsInfra"].Exists);
        string kind = podman ? "podman" : "docker";
        ContainerSpec spec = Spec(root, kind, podman);
        return root.Faults.First is { } fault ? fault.In(document) : new Described(document, kind, spec);
    }

    private static ContainerSpec Spec(Cursor root, string format, bool podman)
    {
        Cursor host = root["HostConfig"];
        Cursor config = root["Config"];
        bool isWindows = root["Platform"].Text() == "windows" || host["Isolation"].Text() is "process" or "hyperv";
        bool privileged = host["Privileged"].Flag() ?? false;
        DockerSecurityOptions options = DockerSecurityOptions.Read(host["SecurityOpt"]);
        ImmutableSortedDictionary<string, string> labels = (config.Exists ? config : root)["Labels"].Labels();
        return new ContainerSpec
        {
            Name = Name(root),
            Image = config.Exists ? config["Image"].Text() : root["Image"].Text(),
            ImageDigest = Digest(root),
            Format = format,
            OperatingSystem = isWindows ? "windows" : "linux",
            IsSandbox = root["IsInfra"].Flag() ?? Kubelet.IsSandbox(labels),
            Pod = Kubelet.Pod(labels),
            Labels = labels,
            Privileged = privileged ? Setting.Explicit(true) : Setting.Inherited(false),
            Capabilities = Capabilities(root, host, podman),
            Seccomp = options.Seccomp ?? Setting.Inherited(privileged ? SeccompProfile.Unconfined : SeccompProfile.Default),
            NoNewPrivileges = options.NoNewPrivileges ?? Setting.Inherited(false),
            Mounts = DockerMounts.Read(root, host),
            HostNamespaces = HostNamespaces(host),
            WorkingDirectory = (config.Exists ? config : root)["WorkingDir"].Text(),
            User = (config.Exists ? config : root)["User"].Text(),
            Command = Command(root, config.Exists ? config : root),
        };
    }

    private static string Name(Cursor root)
    {
        string name = root["Name"].Text();
        if (name.StartsWith('/')) name = name[1..];
        return name.Length > 0 ? name : root["Id"].Text();
    }

    private static string Digest(Cursor root)
    {
        string digest = root["ImageDigest"].Text();
        if (digest.Length > 0) return digest;
        string image = root["Image"].Text();
        return image.StartsWith("sha256:", StringComparison.Ordinal) ? image : "";
    }

    /// <summary>
    /// Libpod prints the set that came out beside what was asked for; a podman of other defaults than Docker's is judged by it.
    /// </summary>
    private static CapabilitySettings Capabilities(Cursor root, Cursor host, bool podman)
    {
        ImmutableArray<string> add = Capability.Names(host["CapAdd"]);
        ImmutableArray<string> drop = Capability.Names(host["CapDrop"]);
        ImmutableArray<string>? effective = podman && root["BoundingCaps"].Exists ? Capability.Names(root["BoundingCaps"]) : null;
        return new CapabilitySettings(add, drop, effective, add.Length + drop.Length > 0 ? Basis.Explicit : Basis.Inherited);
    }

    /// <summary>The cgroup namespace is left out: an engine on cgroup v1 gives every container the host's.</summary>
    private static ImmutableArray<HostNamespace> HostNamespaces(Cursor host)
    {
        var shared = ImmutableArray.CreateBuilder<HostNamespace>();
        foreach ((string field, string type) in new[]
        {
            ("PidMode", "pid"), ("IpcMode", "ipc"), ("NetworkMode", "network"), ("UTSMode", "uts"), ("UsernsMode", "user"),
        })
        {
            if (host[field].Text() == "host") shared.Add(new HostNamespace(type, Basis.Explicit));
        }

        return shared.ToImmutable();
    }

    private static ImmutableArray<string> Command(Cursor root, Cursor config)
    {
        string path = root["Path"].Beginning();
        if (path.Length > 0) return [path, .. root["Args"].Arguments()];

        // A create request has none yet; Libpod prints the entry point as one string.
        Cursor entrypoint = config["Entrypoint"];
        return [.. entrypoint.IsList ? entrypoint.Arguments() : [], .. config["Cmd"].Arguments()];
    }
}
