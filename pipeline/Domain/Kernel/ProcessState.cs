using System.Collections.Immutable;
using Pipeline.Domain.Events;

namespace Pipeline.Domain.Kernel;

/// <summary>How a process is written into saved state.</summary>
internal static class ProcessState
{
    public static void Save(BinaryWriter state, ProcessContext process)
    {
        Save(state, process.Self);
        state.Write(process.Ancestors.Length);
        foreach (ProcessFacts ancestor in process.Ancestors) Save(state, ancestor);
    }

    public static ProcessContext Load(BinaryReader state)
    {
        ProcessFacts self = LoadFacts(state);
        var ancestors = ImmutableArray.CreateBuilder<ProcessFacts>();
        for (int left = state.ReadCount(ProcessContext.MostAncestors); left > 0; left--) ancestors.Add(LoadFacts(state));
        return new ProcessContext(self, ancestors.ToImmutable());
    }

    private static void Save(BinaryWriter state, ProcessFacts facts)
    {
        Save(state, facts.Key);
        Save(state, facts.Parent);
        state.Write(facts.NamespaceTgid);
        state.Write(facts.ExecGeneration);
        state.WriteText(facts.ExePath);
        state.WriteText(facts.Script);
        state.WriteText(facts.CommandLine);
        Save(state, facts.Executable);
        state.Write(facts.Uid);
        state.Write(facts.EffectiveUid);
        state.Write(facts.CapEffective);
        state.WriteText(facts.ContainerId);
        state.Write((int)facts.Flags);
        state.Write(facts.StandardStreams);
        state.Write(facts.SinceNs);
        state.Write(facts.Sequence);
    }

    private static ProcessFacts LoadFacts(BinaryReader state) => new()
    {
        Key = LoadKey(state),
        Parent = LoadKey(state),
        NamespaceTgid = state.ReadInt32(),
        ExecGeneration = state.ReadInt32(),
        ExePath = state.ReadText(),
        Script = state.ReadText(),
        CommandLine = state.ReadText(),
        Executable = LoadFile(state),
        Uid = state.ReadUInt32(),
        EffectiveUid = state.ReadUInt32(),
        CapEffective = state.ReadUInt64(),
        ContainerId = state.ReadText(),
        Flags = (TaskFlags)state.ReadInt32(),
        StandardStreams = state.ReadInt32(),
        SinceNs = state.ReadInt64(),
        Sequence = state.ReadInt64(),
    };

    private static void Save(BinaryWriter state, ProcessKey key)
    {
        state.Write(key.Tgid);
        state.Write(key.StartNs);
    }

    private static ProcessKey LoadKey(BinaryReader state) => new(state.ReadInt32(), state.ReadInt64());

    private static void Save(BinaryWriter state, in FileReference file)
    {
        state.Write(file.Device);
        state.Write(file.Inode);
        state.Write(file.LinkCount);
        state.Write(file.Mode);
        state.Write(file.FileSystem);
        state.Write(file.MountId);
        state.Write((byte)file.Layer);
        state.Write(file.Size);
        state.Write(file.ChangeTimeNs);
    }

    private static FileReference LoadFile(BinaryReader state) => new()
    {
        Device = state.ReadUInt64(),
        Inode = state.ReadUInt64(),
        LinkCount = state.ReadUInt32(),
        Mode = state.ReadUInt32(),
        FileSystem = state.ReadUInt32(),
        MountId = state.ReadInt32(),
        Layer = (FileLayer)state.ReadByte(),
        Size = state.ReadInt64(),
        ChangeTimeNs = state.ReadInt64(),
    };
}
