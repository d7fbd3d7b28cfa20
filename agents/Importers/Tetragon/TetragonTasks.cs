using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;

namespace Agents.Importers.Tetragon;

/// <summary>The process of an event, and its container as far as the pod describes it. Not thread-safe.</summary>
internal sealed class TetragonTasks(EventWriter writer)
{
    private static readonly ImmutableArray<string> Capabilities =
    [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE",
        "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL",
        "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
        "CHECKPOINT_RESTORE",
    ];

    private readonly ContainerNames _containers = new();
    private readonly HashSet<string> _announced = new(StringComparer.Ordinal);

    /// <returns>Null when the event has no process.</returns>
    public TaskSnapshot? Read(JsonElement body)
    {
        JsonElement process = body.Field("process");
        if (process.Number("pid") is not (>= 0 and <= int.MaxValue and { } pid)) return null;
        JsonElement parent = body.Field("parent"), credentials = process.Field("process_credentials");
        uint uid = Id(process, "uid"), gid = credentials.Number("gid") is { } group ? (uint)group : 0;
        string binary = process.Text("binary");
        Utf8Text container = ContainerOf(process);
        return new TaskSnapshot
        {
            Tgid = (int)pid,
            Tid = process.Number("tid") is > 0 and <= int.MaxValue and { } tid ? (int)tid : (int)pid,
            StartWallNs = WallClock.Nanoseconds(process.Text("start_time")) ?? 0,
            ParentTgid = parent.Number("pid") is > 0 and <= int.MaxValue and { } above ? (int)above : 0,
            ParentStartWallNs = WallClock.Nanoseconds(parent.Text("start_time")) ?? 0,
            ExecGeneration = process.Text("flags").Contains("execve", StringComparison.Ordinal) ? 1 : 0,
            Uid = credentials.Number("uid") is { } real ? (uint)real : uid,
            Gid = gid,
            EffectiveUid = credentials.Number("euid") is { } effective ? (uint)effective : uid,
            EffectiveGid = credentials.Number("egid") is { } effectiveGroup ? (uint)effectiveGroup : gid,
            CapEffective = Mask(process.Field("cap"), "effective"),
            CapPermitted = Mask(process.Field("cap"), "permitted"),
            Namespaces = NamespacesOf(process.Field("ns")),
            ContainerId = container,
            Flags = container.IsEmpty || CgroupContainer.IsRuntime(Encoding.UTF8.GetBytes(binary)) ? TaskFlags.None : TaskFlags.Started,
            Comm = Utf8Text.Of(NameOf(binary)),
            ExePath = Utf8Text.Of(binary),
        };
    }

    /// <summary>The first time that a container is met, what its pod says of it.</summary>
    public void Announce(JsonElement pod)
    {
        JsonElement container = pod.Field("container");
        (string engine, string id) = IdOf(container);
        if (id.Length == 0) return;
        string name = _containers.NameOf(Encoding.UTF8.GetBytes(id)).ToString();
        if (_announced.Count >= ContainerNames.Most || !_announced.Add(name)) return;
        string image = container.Field("image").Text("id");
        int digest = image.IndexOf("@sha256:", StringComparison.Ordinal);
        var spec = new ContainerSpec
        {
            Name = container.Text("name"),
            Image = container.Field("image").Text("name"),
            ImageDigest = digest < 0 ? "" : image[(digest + 1)..],
            Format = "tetragon",
            Pod = new PodFacts(
                pod.Text("namespace"), pod.Text("name"), pod.Text("uid"), pod.Text("workload_kind").ToLowerInvariant(),
                    pod.Text("workload"), ""),
            Labels = Labels(pod.Field("pod_labels")),
            // False is left out of the export, so that it cannot be told from not known.
            Privileged = container.Field("security_context").Flag("privileged") == true ? Setting.Explicit(true) : Setting.Unknown(false),
        };
        writer.Container(
            new ContainerRecord { Action = ContainerAction.Existing, ContainerId = name, Runtime = engine, Spec = spec, Running = true },
            JsonMarshal.GetRawUtf8Value(pod).Length);
    }

    private static (string Engine, string Id) IdOf(JsonElement container)
    {
        string id = container.Text("id");
        int scheme = id.IndexOf("://", StringComparison.Ordinal);
        return scheme < 0 ? ("", id) : (id[..scheme], id[(scheme + 3)..]);
    }

    /// <summary>The pod has the id in full, the field "docker" its first 31 digits.</summary>
    private Utf8Text ContainerOf(JsonElement process)
    {
        string id = IdOf(process.Field("pod").Field("container")).Id;
        return _containers.NameOf(Encoding.UTF8.GetBytes(id.Length > 0 ? id : process.Text("docker")));
    }

    private static uint Id(JsonElement process, string name) => process.Number(name) is >= 0 and <= uint.MaxValue and { } id ? (uint)id : 0;

    private static string NameOf(string binary)
    {
        string name = binary[(binary.LastIndexOf('/') + 1)..];
        return name[..Math.Min(15, name.Length)];
    }

    private static ulong Mask(JsonElement capabilities, string set)
    {
        ulong mask = 0;
        foreach (JsonElement item in capabilities.Items(set))
        {
            string name = item.Text();
            int bit = Capabilities.IndexOf(name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name);
            if (bit >= 0) mask |= 1UL << bit;
        }

        return mask;
    }

    private static NamespaceNumbers NamespacesOf(JsonElement ns)
    {
        uint Number(string name) => ns.Field(name).Number("inum") is >= 0 and <= uint.MaxValue and { } inode ? (uint)inode : 0;
        return new NamespaceNumbers(Number("mnt"), Number("pid"), Number("user"), Number("net"), Number("ipc"), Number("uts"),
            Number("cgroup"));
    }

    private static ImmutableSortedDictionary<string, string> Labels(JsonElement labels)
    {
        if (labels.ValueKind != JsonValueKind.Object) return ImmutableSortedDictionary<string, string>.Empty;
        var read = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty label in labels.EnumerateObject()) read[label.Title()] = label.Value.Text();
        return read.ToImmutable();
    }
}
