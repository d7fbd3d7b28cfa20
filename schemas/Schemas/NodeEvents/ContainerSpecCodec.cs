using System.Collections.Immutable;
using Pipeline.Domain.Containers;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Record ContainerSpec and the records in it.</summary>
internal static class ContainerSpecCodec
{
    private const int Bases = (int)Basis.Explicit + 1;

    /// <summary>
    /// Symbols of SeccompProfile, the last one for profiles of newer writers; the domain says that with <see cref="Basis.Unknown"/>.
    /// </summary>
    private const int Profiles = UnknownProfile + 1;

    private const int UnknownProfile = (int)SeccompProfile.Localhost + 1;

    public static void Write(ref AvroWriter writer, ContainerSpec spec)
    {
        writer.String(spec.Name);
        writer.String(spec.Image);
        writer.String(spec.ImageDigest);
        writer.String(spec.Format);
        writer.String(spec.OperatingSystem);
        writer.Boolean(spec.IsSandbox);
        writer.Branch(spec.Pod is null ? 0 : 1);
        if (spec.Pod is { } pod) Write(ref writer, pod);
        writer.Map(spec.Labels);
        Write(ref writer, spec.Privileged);
        Write(ref writer, spec.Capabilities);
        writer.Enum((int)spec.Seccomp.Value, UnknownProfile, UnknownProfile);
        Write(ref writer, spec.Seccomp.Basis);
        Write(ref writer, spec.NoNewPrivileges);
        WriteMounts(ref writer, spec.Mounts);
        WriteHostNamespaces(ref writer, spec.HostNamespaces);
        writer.String(spec.WorkingDirectory);
        writer.String(spec.User);
        writer.Strings(spec.Command);
    }

    public static ContainerSpec Read(ref AvroReader reader) => new()
    {
        Name = reader.String(),
        Image = reader.String(),
        ImageDigest = reader.String(),
        Format = reader.String(),
        OperatingSystem = reader.String(),
        IsSandbox = reader.Boolean(),
        Pod = reader.IsPresent() ? ReadPod(ref reader) : null,
        Labels = reader.Map(),
        Privileged = ReadBoolean(ref reader),
        Capabilities = ReadCapabilities(ref reader),
        Seccomp = ReadSeccomp(ref reader),
        NoNewPrivileges = ReadBoolean(ref reader),
        Mounts = ReadMounts(ref reader),
        HostNamespaces = ReadHostNamespaces(ref reader),
        WorkingDirectory = reader.String(),
        User = reader.String(),
        Command = reader.Strings(),
    };

    private static void Write(ref AvroWriter writer, PodFacts pod)
    {
        writer.String(pod.Namespace);
        writer.String(pod.Pod);
        writer.String(pod.PodUid);
        writer.String(pod.WorkloadKind);
        writer.String(pod.WorkloadName);
        writer.String(pod.ServiceAccount);
    }

    private static PodFacts ReadPod(ref AvroReader reader) =>
        new(reader.String(), reader.String(), reader.String(), reader.String(), reader.String(), reader.String());

    private static void Write(ref AvroWriter writer, Basis basis) => writer.Enum((int)basis, Bases, (int)Basis.Unknown);

    private static Basis ReadBasis(ref AvroReader reader) => (Basis)reader.Enum(Bases);

    private static void Write(ref AvroWriter writer, Setting<bool> setting)
    {
        writer.Boolean(setting.Value);
        Write(ref writer, setting.Basis);
    }

    private static Setting<bool> ReadBoolean(ref AvroReader reader) => new(reader.Boolean(), ReadBasis(ref reader));

    private static Setting<SeccompProfile> ReadSeccomp(ref AvroReader reader)
    {
        int profile = reader.Enum(Profiles);
        Basis basis = ReadBasis(ref reader);
        return profile == UnknownProfile
            ? Setting.Unknown(SeccompProfile.Default)
            : new Setting<SeccompProfile>((SeccompProfile)profile, basis);
    }

    private static void Write(ref AvroWriter writer, CapabilitySettings capabilities)
    {
        writer.Strings(capabilities.Add);
        writer.Strings(capabilities.Drop);
        writer.Branch(capabilities.Effective is null ? 0 : 1);
        if (capabilities.Effective is { } effective) writer.Strings(effective);
        Write(ref writer, capabilities.Basis);
    }

    private static CapabilitySettings ReadCapabilities(ref AvroReader reader) =>
        new(reader.Strings(), reader.Strings(), reader.IsPresent() ? reader.Strings() : null, ReadBasis(ref reader));

    private static void WriteMounts(ref AvroWriter writer, ImmutableArray<ContainerMount> mounts)
    {
        writer.BeginItems(mounts.Length);
        foreach (ContainerMount mount in mounts)
        {
            writer.String(mount.Source);
            writer.String(mount.Destination);
            writer.String(mount.Mode);
            writer.String(mount.Propagation);
            writer.String(mount.Type);
        }

        writer.EndItems();
    }

    private static ImmutableArray<ContainerMount> ReadMounts(ref AvroReader reader)
    {
        ImmutableArray<ContainerMount>.Builder mounts = ImmutableArray.CreateBuilder<ContainerMount>();
        AvroReader.ItemCursor items = reader.BeginItems();
        while (reader.Next(ref items))
            mounts.Add(new ContainerMount(reader.String(), reader.String(), reader.String(), reader.String(), reader.String()));
        return mounts.DrainToImmutable();
    }

    private static void WriteHostNamespaces(ref AvroWriter writer, ImmutableArray<HostNamespace> namespaces)
    {
        writer.BeginItems(namespaces.Length);
        foreach (HostNamespace one in namespaces)
        {
            writer.String(one.Type);
            Write(ref writer, one.Basis);
        }

        writer.EndItems();
    }

    private static ImmutableArray<HostNamespace> ReadHostNamespaces(ref AvroReader reader)
    {
        ImmutableArray<HostNamespace>.Builder namespaces = ImmutableArray.CreateBuilder<HostNamespace>();
        AvroReader.ItemCursor items = reader.BeginItems();
        while (reader.Next(ref items)) namespaces.Add(new HostNamespace(reader.String(), ReadBasis(ref reader)));
        return namespaces.DrainToImmutable();
    }
}
