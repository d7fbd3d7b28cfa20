using System.Collections.Immutable;
using Pipeline.Domain.Containers;

namespace Pipeline.Domain.Kernel;

/// <summary>A container's description in saved state.</summary>
internal static class ContainerSpecState
{
    private const int MostItems = 64 * 1024;

    public static void Save(BinaryWriter state, ContainerSpec spec)
    {
        state.WriteText(spec.Name);
        state.WriteText(spec.Image);
        state.WriteText(spec.ImageDigest);
        state.WriteText(spec.Format);
        state.WriteText(spec.OperatingSystem);
        state.Write(spec.IsSandbox);
        SavePod(state, spec.Pod);
        state.Write(spec.Labels.Count);
        foreach ((string name, string value) in spec.Labels)
        {
            state.WriteText(name);
            state.WriteText(value);
        }

        Save(state, spec.Privileged);
        SaveCapabilities(state, spec.Capabilities);
        state.Write((byte)spec.Seccomp.Value);
        state.Write((byte)spec.Seccomp.Basis);
        Save(state, spec.NoNewPrivileges);
        SaveMounts(state, spec.Mounts);
        state.Write(spec.HostNamespaces.Length);
        foreach (HostNamespace shared in spec.HostNamespaces)
        {
            state.WriteText(shared.Type);
            state.Write((byte)shared.Basis);
        }

        state.WriteText(spec.WorkingDirectory);
        state.WriteText(spec.User);
        SaveTexts(state, spec.Command);
    }

    public static ContainerSpec Load(BinaryReader state) => new()
    {
        // Initializers run in the order they are written, which is the order of Save.
        Name = state.ReadText(),
        Image = state.ReadText(),
        ImageDigest = state.ReadText(),
        Format = state.ReadText(),
        OperatingSystem = state.ReadText(),
        IsSandbox = state.ReadBoolean(),
        Pod = LoadPod(state),
        Labels = LoadLabels(state),
        Privileged = LoadSwitch(state),
        Capabilities = LoadCapabilities(state),
        Seccomp = new Setting<SeccompProfile>((SeccompProfile)state.ReadByte(), (Basis)state.ReadByte()),
        NoNewPrivileges = LoadSwitch(state),
        Mounts = LoadMounts(state),
        HostNamespaces = LoadNamespaces(state),
        WorkingDirectory = state.ReadText(),
        User = state.ReadText(),
        Command = LoadTexts(state),
    };

    private static void Save(BinaryWriter state, Setting<bool> setting)
    {
        state.Write(setting.Value);
        state.Write((byte)setting.Basis);
    }

    private static Setting<bool> LoadSwitch(BinaryReader state) => new(state.ReadBoolean(), (Basis)state.ReadByte());

    private static void SavePod(BinaryWriter state, PodFacts? pod)
    {
        state.Write(pod is not null);
        if (pod is null) return;
        state.WriteText(pod.Namespace);
        state.WriteText(pod.Pod);
        state.WriteText(pod.PodUid);
        state.WriteText(pod.WorkloadKind);
        state.WriteText(pod.WorkloadName);
        state.WriteText(pod.ServiceAccount);
    }

    private static PodFacts? LoadPod(BinaryReader state) => state.ReadBoolean()
        ? new PodFacts(state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText())
        : null;

    private static ImmutableSortedDictionary<string, string> LoadLabels(BinaryReader state)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>();
        for (int left = state.ReadCount(MostItems); left > 0; left--) labels[state.ReadText()] = state.ReadText();
        return labels.ToImmutable();
    }

    private static void SaveCapabilities(BinaryWriter state, CapabilitySettings capabilities)
    {
        SaveTexts(state, capabilities.Add);
        SaveTexts(state, capabilities.Drop);
        state.Write(capabilities.Effective is not null);
        if (capabilities.Effective is { } effective) SaveTexts(state, effective);
        state.Write((byte)capabilities.Basis);
    }

    private static CapabilitySettings LoadCapabilities(BinaryReader state) =>
        new(LoadTexts(state), LoadTexts(state), state.ReadBoolean() ? LoadTexts(state) : null, (Basis)state.ReadByte());

    private static void SaveMounts(BinaryWriter state, ImmutableArray<ContainerMount> mounts)
    {
        state.Write(mounts.Length);
        foreach (ContainerMount mount in mounts)
        {
            state.WriteText(mount.Source);
            state.WriteText(mount.Destination);
            state.WriteText(mount.Mode);
            state.WriteText(mount.Propagation);
            state.WriteText(mount.Type);
        }
    }

    private static ImmutableArray<ContainerMount> LoadMounts(BinaryReader state)
    {
        var mounts = ImmutableArray.CreateBuilder<ContainerMount>();
        for (int left = state.ReadCount(MostItems); left > 0; left--)
            mounts.Add(new ContainerMount(state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText()));
        return mounts.ToImmutable();
    }

    private static ImmutableArray<HostNamespace> LoadNamespaces(BinaryReader state)
    {
        var shared = ImmutableArray.CreateBuilder<HostNamespace>();
        for (int left = state.ReadCount(MostItems); left > 0; left--)
            shared.Add(new HostNamespace(state.ReadText(), (Basis)state.ReadByte()));
        return shared.ToImmutable();
    }

    private static void SaveTexts(BinaryWriter state, ImmutableArray<string> texts)
    {
        state.Write(texts.Length);
        foreach (string text in texts) state.WriteText(text);
    }

    private static ImmutableArray<string> LoadTexts(BinaryReader state)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        for (int left = state.ReadCount(MostItems); left > 0; left--) texts.Add(state.ReadText());
        return texts.ToImmutable();
    }
}
