using System.Collections.Immutable;
using Agents.Descriptions.Trees;
using Pipeline.Domain.Containers;

namespace Agents.Descriptions.Formats;

/// <summary>
/// CRI container and sandbox configurations as crictl takes them, and the output of crictl inspect and inspectp, which holds such a
/// configuration and the runtime-spec that came of it. Field names in either of protobuf's JSON spellings (cri-api,
/// pkg/apis/runtime/v1/api.proto).
/// </summary>
internal static class CriFormat
{
    public static bool Is(Cursor root) =>
        IsInspection(root)
        || (root["metadata"].IsMap && !root["ociVersion"].Exists
            && (root["image"].IsMap || root["linux"].IsMap || root["windows"].IsMap || IsSandbox(root)));

    public static DescriptionResult Describe(Cursor root, int document)
    {
        ContainerSpec spec = IsInspection(root) ? Inspected(root) : Configured(root, root["metadata"]);
        return root.Faults.First is { } fault ? fault.In(document) : new Described(document, "cri", spec);
    }

    public static bool IsInspection(Cursor root) => root["status"].IsMap && root["info"].IsMap;

    private static bool IsSandbox(Cursor config) =>
        !config["image"].Exists
        && (config["metadata"]["namespace"].Exists
            || config.Either("log_directory", "logDirectory").Exists
            || config.Either("dns_config", "dnsConfig").Exists);

    /// <summary>
    /// Requests say who asked for what, the runtime-spec what came out: the mounts, namespaces and capabilities that there really are.
    /// </summary>
    private static ContainerSpec Inspected(Cursor root)
    {
        Cursor status = root["status"];
        Cursor config = root["info"]["config"];
        Cursor resolved = root["info"].Either("runtimeSpec", "runtime_spec");
        Cursor metadata = config["metadata"].Exists ? config["metadata"] : status["metadata"];
        ContainerSpec asked = Configured(config, metadata);
        if (!config.Exists) asked = asked with { Labels = status["labels"].Labels(), Pod = Kubelet.Pod(status["labels"].Labels()) };
        if (asked.Image.Length == 0) asked = asked with { Image = status["image"].IsMap ? status["image"]["image"].Text() : "" };
        asked = asked with { ImageDigest = Digest(status.Either("imageRef", "image_ref").Text()) };
        if (!resolved.Exists) return asked with { IsSandbox = asked.IsSandbox || (config.Exists && !config["image"].Exists) };

        ContainerSpec result = OciFormat.Spec(resolved);
        bool privileged = asked.Privileged.Value || result.Privileged.Value || root["info"]["privileged"].Flag() == true;
        return asked with
        {
            OperatingSystem = result.OperatingSystem,
            IsSandbox = asked.IsSandbox || result.IsSandbox,
            Pod = asked.Pod ?? result.Pod,
            Privileged = privileged ? Setting.Explicit(true) : asked.Privileged,
            Capabilities = asked.Capabilities with { Effective = result.Capabilities.Effective },
            Seccomp = Seccomp(asked.Seccomp, result.Seccomp),
            NoNewPrivileges = result.NoNewPrivileges,
            Mounts = result.Mounts,
            HostNamespaces = Shared(asked.HostNamespaces, result.HostNamespaces),
            WorkingDirectory = result.WorkingDirectory,
            User = result.User,
            Command = result.Command,
        };
    }

    /// <summary>
    /// A container of a pod in the host's network joins its sandbox's namespace by that process, which the result alone does not show to be the host's.
    /// </summary>
    private static ImmutableArray<HostNamespace> Shared(ImmutableArray<HostNamespace> asked, ImmutableArray<HostNamespace> result) =>
        [.. result, .. asked.Where(one => !result.Any(other => other.Type == one.Type))];

    /// <summary>The result decides whether there is a filter; it is explicit only when this was what was asked for.</summary>
    private static Setting<SeccompProfile> Seccomp(Setting<SeccompProfile> asked, Setting<SeccompProfile> result)
    {
        bool unfiltered = result.Value == SeccompProfile.Unconfined;
        return asked.IsExplicit && asked.Value == SeccompProfile.Unconfined == unfiltered ? asked : result;
    }

    private static string Digest(string reference)
    {
        int at = reference.IndexOf("sha256:", StringComparison.Ordinal);
        return at < 0 ? "" : reference[at..];
    }

    private static ContainerSpec Configured(Cursor config, Cursor metadata)
    {
        bool sandbox = config.Exists && IsSandbox(config);
        Cursor linux = config["linux"];
        Cursor context = linux.Either("security_context", "securityContext");
        ImmutableSortedDictionary<string, string> labels = config["labels"].Labels();
        return new ContainerSpec
        {
            Name = metadata["name"].Text(),
            Image = Image(config["image"]),
            Format = "cri",
            OperatingSystem = config["windows"].Exists && !linux.Exists ? "windows" : "linux",
            IsSandbox = sandbox,
            Pod = sandbox
                ? new PodFacts(metadata["namespace"].Text(), metadata["name"].Text(), metadata["uid"].Text(), "", "", "")
                : Kubelet.Pod(labels),
            Labels = labels,
            Privileged = IsPrivileged(config, linux, context) ? Setting.Explicit(true) : Setting.Inherited(false),
            Capabilities = Capabilities(context["capabilities"]),
            Seccomp = CriSeccomp.Read(context, Kubelet.Made(labels)),
            NoNewPrivileges = context.Either("no_new_privs", "noNewPrivs").Flag() == true
                ? Setting.Explicit(true)
                : Setting.Inherited(false),
            Mounts = [.. config["mounts"].Items().Select(Mount)],
            HostNamespaces = HostNamespaces(context.Either("namespace_options", "namespaceOptions")),
            WorkingDirectory = config.Either("working_dir", "workingDir").Text(),
            User = context.Either("run_as_user", "runAsUser")["value"].Symbol(),
            Command = [.. config["command"].Arguments(), .. config["args"].Arguments()],
        };
    }

    private static string Image(Cursor image)
    {
        string asked = image.Either("user_specified_image", "userSpecifiedImage").Text();
        return asked.Length > 0 ? asked : image["image"].Text();
    }

    /// <summary>The field began its life outside the security context; files of that time still exist.</summary>
    private static bool IsPrivileged(Cursor config, Cursor linux, Cursor context) =>
        context["privileged"].Flag() == true || linux["privileged"].Flag() == true || config["privileged"].Flag() == true;

    private static CapabilitySettings Capabilities(Cursor asked)
    {
        ImmutableArray<string> add =
        [
            .. Capability.Names(asked.Either("add_capabilities", "addCapabilities"))
                .Union(Capability.Names(asked.Either("add_ambient_capabilities", "addAmbientCapabilities"))),
        ];
        ImmutableArray<string> drop = Capability.Names(asked.Either("drop_capabilities", "dropCapabilities"));
        return new CapabilitySettings(add, drop, null, add.Length + drop.Length > 0 ? Basis.Explicit : Basis.Inherited);
    }

    private static ContainerMount Mount(Cursor item)
    {
        string propagation = item["propagation"].Symbol() switch
        {
            "1" or "PROPAGATION_HOST_TO_CONTAINER" => "rslave",
            "2" or "PROPAGATION_BIDIRECTIONAL" => "rshared",
            _ => "rprivate",
        };
        string mode = item["readonly"].Flag() == true ? "ro" : "rw";
        return new ContainerMount(
            item.Either("host_path", "hostPath").Text(), item.Either("container_path", "containerPath").Text(), mode, propagation, "bind");
    }

    /// <summary>User namespaces are left out: NODE is what every pod has that does not ask for one of its own.</summary>
    private static ImmutableArray<HostNamespace> HostNamespaces(Cursor options)
    {
        var shared = ImmutableArray.CreateBuilder<HostNamespace>();
        foreach (string type in new[] { "pid", "ipc", "network" })
        {
            if (options[type].Symbol() is "2" or "NODE") shared.Add(new HostNamespace(type, Basis.Explicit));
        }

        return shared.ToImmutable();
    }
}
