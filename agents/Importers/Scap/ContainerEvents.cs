using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;

namespace Agents.Importers.Scap;

/// <summary>What the sensor found out about a container when it met the first process of it.</summary>
internal sealed class ContainerEvents(EventWriter writer, ContainerNames containers)
{
    /// <summary>Bytes of one description, so that its event fits into a message.</summary>
    public const int MostDescription = 256 * 1024;

    /// <summary>Engines by the format's number (sinsp_container_type of falcosecurity/libs).</summary>
    private static readonly ImmutableArray<string> Engines =
        ["docker", "lxc", "libvirt", "mesos", "rkt", "", "cri", "containerd", "cri-o", "", "", "podman"];

    public Outcome Map(ScapEvent e)
    {
        ReadOnlySpan<byte> json = e.Text("json");
        if (json.Length > MostDescription) return Outcome.Unmapped;
        if (json.IsEmpty) return Old(e);
        using JsonDocument? document = JsonFields.TryParse(json.ToArray());
        if (document is null) return Outcome.Broken;
        JsonElement container = document.RootElement.Field("container");
        string id = container.Text("full_id") is { Length: > 0 } full ? full : container.Text("id");
        if (id.Length == 0) return Outcome.Unmapped;
        string engine = EngineOf(container.Number("type"));
        Add(e, Encoding.UTF8.GetBytes(id), engine, Spec(container, engine), json.Length);
        return Outcome.Mapped;
    }

    /// <summary>The first form of the event had four parameters and no JSON.</summary>
    private Outcome Old(ScapEvent e)
    {
        ReadOnlySpan<byte> id = e.Text("id");
        if (id.IsEmpty) return Outcome.Unmapped;
        string engine = EngineOf(e.TryInt("type", out long type) ? type : null);
        var spec = new ContainerSpec
        {
            Name = Encoding.UTF8.GetString(e.Text("name")),
            Image = Encoding.UTF8.GetString(e.Text("image")),
            Format = engine,
        };
        Add(e, id, engine, spec, spec.Name.Length + spec.Image.Length);
        return Outcome.Mapped;
    }

    private void Add(ScapEvent e, ReadOnlySpan<byte> id, string engine, ContainerSpec spec, int size)
    {
        writer.At(e.WallNs);
        writer.Container(
            new ContainerRecord
            {
                Action = ContainerAction.Existing,
                ContainerId = containers.NameOf(id).ToString(),
                Runtime = engine,
                Spec = spec,
                Running = true,
            },
            size);
    }

    private static string EngineOf(long? type) => type is >= 0 and < 12 ? Engines[(int)type] : "";

    /// <summary>
    /// The sensor hands on a part of the description only: what it leaves out is unknown here, and not assumed to be the default.
    /// </summary>
    private static ContainerSpec Spec(JsonElement container, string engine)
    {
        bool? privileged = container.Flag("privileged");
        ImmutableSortedDictionary<string, string> labels = Labels(container.Field("labels"));
        return new ContainerSpec
        {
            Name = container.Text("name"),
            Image = container.Text("image"),
            ImageDigest = container.Text("imagedigest"),
            Format = engine,
            IsSandbox = container.Flag("is_pod_sandbox") ?? false,
            Labels = labels,
            Pod = Pod(labels),
            Privileged = privileged switch
            {
                true => Setting.Explicit(true),
                false => Setting.Inherited(false),
                null => Setting.Unknown(false),
            },
            Seccomp = privileged == true ? Setting.Inherited(SeccompProfile.Unconfined) : Setting.Unknown(SeccompProfile.Default),
            Mounts = [.. container.Items("Mounts").Select(Mount)],
            User = container.Text("User"),
        };
    }

    private static ContainerMount Mount(JsonElement mount) => new(
        mount.Text("Source"), mount.Text("Destination"), mount.Flag("RW") == false ? "ro" : "rw", mount.Text("Propagation"),
        // Volumes of the engine's own have a path of their own too; the sensor does not tell them from binds.
        mount.Text("Source").StartsWith('/') ? "bind" : "volume");

    private static ImmutableSortedDictionary<string, string> Labels(JsonElement labels)
    {
        if (labels.ValueKind != JsonValueKind.Object) return ImmutableSortedDictionary<string, string>.Empty;
        var read = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty label in labels.EnumerateObject()) read[label.Title()] = label.Value.Text();
        return read.ToImmutable();
    }

    /// <summary>Labels that a kubelet gives each container.</summary>
    private static PodFacts? Pod(ImmutableSortedDictionary<string, string> labels) =>
        labels.TryGetValue("io.kubernetes.pod.name", out string? name)
            ? new PodFacts(
                labels.GetValueOrDefault("io.kubernetes.pod.namespace", ""), name,
                labels.GetValueOrDefault("io.kubernetes.pod.uid", ""), "", "", "")
            : null;
}
