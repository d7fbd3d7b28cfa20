using System.Collections.Immutable;
using Pipeline.Detection.Files;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>How changes in progress are written into saved state.</summary>
internal static class EditState
{
    private const int MostProcesses = 16;
    private const int MostGaps = 64;

    public static void Save(BinaryWriter state, Edit edit)
    {
        state.WriteText(edit.Boot.Value);
        state.WriteText(edit.Protection.PolicyId);
        state.Write(edit.Protection.Executable);
        state.Write((byte)edit.Protection.Severity);
        state.Write(edit.Protection.ByName);
        state.Write(edit.Protection.Sure);
        Save(state, edit.Source);
        state.Write(edit.Processes.Length);
        foreach (AlarmProcess process in edit.Processes) Save(state, process);
        state.Write(edit.First);
        state.Write(edit.Last);
        state.Write(edit.LastSequence);
        state.Write((int)edit.Done);
        state.Write(edit.Bytes);
        state.Write(edit.IsOpen);
        state.Write(edit.Elevates);
        state.Write(edit.OnlyTimes);
        state.Write(edit.PathTruncated);
        state.Write(edit.Evidence.Length);
        foreach (Evidence evidence in edit.Evidence) state.Write(evidence);
        state.Write(edit.Gaps.Length);
        foreach (string gap in edit.Gaps) state.WriteText(gap);
    }

    // Initializers run in the order they are written, which is the order of Save.
    public static Edit Load(BinaryReader state) => new()
    {
        Boot = new BootId(state.ReadText()),
        Protection = new Protection(
            state.ReadText(), state.ReadBoolean(), (Severity)state.ReadByte(), state.ReadBoolean(), state.ReadBoolean()),
        Source = LoadSource(state),
        Processes = Many(state, MostProcesses, LoadProcess),
        First = state.ReadTime(),
        Last = state.ReadTime(),
        LastSequence = state.ReadInt64(),
        Done = (FileAction)state.ReadInt32(),
        Bytes = state.ReadInt64(),
        IsOpen = state.ReadBoolean(),
        Elevates = state.ReadBoolean(),
        OnlyTimes = state.ReadBoolean(),
        PathTruncated = state.ReadBoolean(),
        Evidence = Many(state, Edit.MostEvidence, StateFormat.ReadEvidence),
        Gaps = Many(state, MostGaps, StateFormat.ReadText),
    };

    public static void Save(BinaryWriter state, AlarmSource source)
    {
        foreach (string text in (ReadOnlySpan<string>)
            [
                source.Node, source.Boot, source.ContainerId, source.ContainerName, source.Image, source.ImageDigest, source.Namespace,
                source.Pod, source.Workload,
            ])
        {
            state.WriteText(text);
        }
    }

    public static AlarmSource LoadSource(BinaryReader state) => new(
        state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText(), state.ReadText(),
        state.ReadText(), state.ReadText());

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
        state.ReadInt32(), state.ReadInt32(), state.ReadInt64(), state.ReadText(), state.ReadText(), state.ReadUInt32(), state.ReadUInt32(),
        state.ReadText());

    private static ImmutableArray<T> Many<T>(BinaryReader state, int most, Func<BinaryReader, T> read)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        for (int left = state.ReadCount(most); left > 0; left--) items.Add(read(state));
        return items.ToImmutable();
    }
}
