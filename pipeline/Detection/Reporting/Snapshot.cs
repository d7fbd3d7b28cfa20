using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.Reporting;

/// <summary>
/// What an alarm will say of an event that has passed, kept for the case that a later one gives it its meaning. Immutable.
/// </summary>
public sealed record Snapshot(
    EventId Id, EventTime At, AlarmSource Source, ImmutableArray<AlarmProcess> Processes, Evidence Evidence)
{
    private const int MostProcesses = 8;

    public void Save(BinaryWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Save(state, Id);
        state.Write(At);
        Save(state, Source);
        state.Write(Processes.Length);
        foreach (AlarmProcess process in Processes) Save(state, process);
        state.Write(Evidence);
    }

    public static Snapshot Load(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        EventId id = LoadId(state);
        EventTime at = state.ReadTime();
        AlarmSource source = LoadSource(state);
        var processes = ImmutableArray.CreateBuilder<AlarmProcess>();
        for (int left = state.ReadCount(MostProcesses); left > 0; left--) processes.Add(LoadProcess(state));
        return new Snapshot(id, at, source, processes.ToImmutable(), state.ReadEvidence());
    }

    public static void Save(BinaryWriter state, EventId id)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.WriteText(id.Node.Value);
        state.WriteText(id.Boot.Value);
        state.Write(id.Sequence);
    }

    public static EventId LoadId(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new(new NodeId(state.ReadText()), new BootId(state.ReadText()), state.ReadInt64());
    }

    private static void Save(BinaryWriter state, AlarmSource source)
    {
        state.WriteText(source.Node);
        state.WriteText(source.Boot);
        state.WriteText(source.ContainerId);
        state.WriteText(source.ContainerName);
        state.WriteText(source.Image);
        state.WriteText(source.ImageDigest);
        state.WriteText(source.Namespace);
        state.WriteText(source.Pod);
        state.WriteText(source.Workload);
    }

    private static AlarmSource LoadSource(BinaryReader state) => new(
        state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText(),
        state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText());

    private static void Save(BinaryWriter state, AlarmProcess process)
    {
        state.Write(process.Pid);
        state.Write(process.NamespacePid);
        state.Write(process.StartedBootNs);
        state.WriteText(process.Path);
        state.WriteText(process.CommandLine);
        state.Write(process.Uid);
        state.Write(process.EffectiveUid);
        state.WriteText(process.CapEffective);
    }

    private static AlarmProcess LoadProcess(BinaryReader state) => new(
        state.ReadInt32(), state.ReadInt32(), state.ReadInt64(), state.ReadText(), state.ReadText(),
        state.ReadUInt32(), state.ReadUInt32(), state.ReadText());
}
