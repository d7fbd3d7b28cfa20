using System.Collections.Immutable;
using Pipeline.Domain.Events;

namespace Pipeline.Domain.Kernel;

/// <summary>How a process is written into saved state.</summary>
internal static class ProcessState
{
    private const int MostFacts = ProcessTable.MostProcesses * (ProcessContext.MostAncestors + 1);

    /// <summary>
    /// Siblings share what they know of their ancestors: each is written once, and shared again when read. Equal facts count as one, so
    /// that it does not show in the state who shared them before.
    /// </summary>
    public static void Save(BinaryWriter state, ImmutableArray<ProcessContext> processes)
    {
        var numbers = new Dictionary<ProcessFacts, int>(ReferenceEqualityComparer.Instance);
        var distinct = new Dictionary<ProcessFacts, int>();
        foreach (ProcessContext process in processes)
        {
            Number(process.Self);
            foreach (ProcessFacts ancestor in process.Ancestors) Number(ancestor);
        }

        state.Write(distinct.Count);
        foreach (ProcessFacts facts in distinct.OrderBy(d => d.Value).Select(d => d.Key)) Save(state, facts);
        state.Write(processes.Length);
        foreach (ProcessContext process in processes)
        {
            state.Write(numbers[process.Self]);
            state.Write((byte)process.Ancestors.Length);
            foreach (ProcessFacts ancestor in process.Ancestors) state.Write(numbers[ancestor]);
        }

        void Number(ProcessFacts facts)
        {
            if (numbers.ContainsKey(facts)) return;
            distinct.TryAdd(facts, distinct.Count);
            numbers.Add(facts, distinct[facts]);
        }
    }

    public static ImmutableArray<ProcessContext> Load(BinaryReader state, TextPool texts)
    {
        var facts = new List<ProcessFacts>();
        for (int left = state.ReadCount(MostFacts); left > 0; left--) facts.Add(LoadFacts(state, texts));
        var processes = ImmutableArray.CreateBuilder<ProcessContext>();
        for (int left = state.ReadCount(ProcessTable.MostProcesses); left > 0; left--)
        {
            ProcessFacts self = facts[state.ReadInt32()];
            int count = state.ReadByte();
            var ancestors = ImmutableArray.CreateBuilder<ProcessFacts>(count);
            for (; count > 0; count--) ancestors.Add(facts[state.ReadInt32()]);
            processes.Add(new ProcessContext(self, ancestors.ToImmutable()));
        }

        return processes.ToImmutable();
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

    private static ProcessFacts LoadFacts(BinaryReader state, TextPool texts) => new()
    {
        Key = LoadKey(state),
        Parent = LoadKey(state),
        NamespaceTgid = state.ReadInt32(),
        ExecGeneration = state.ReadInt32(),
        ExePath = texts.Same(state.ReadText()),
        Script = texts.Same(state.ReadText()),
        CommandLine = texts.Same(state.ReadText()),
        Executable = LoadFile(state),
        Uid = state.ReadUInt32(),
        EffectiveUid = state.ReadUInt32(),
        CapEffective = state.ReadUInt64(),
        ContainerId = texts.Same(state.ReadText()),
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
