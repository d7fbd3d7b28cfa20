using System.Collections.Immutable;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>
/// Programs that a whitelist does not allow (rule AP-01). Only what execs is judged, once; a fork is the same program. Without a whitelist
/// for a container nothing is said of it, and without any in the policy nothing is remembered.
/// </summary>
public sealed class AbnormalProcessDetector(AbnormalProcessPolicy policy) : IDetector
{
    /// <summary>Processes whose judgement is remembered, so that announcing them again does not repeat it.</summary>
    public const int MostJudged = 16_384;

    public static DetectorSpec Description { get; } = new(
        "abnormal-process", AlarmType.AbnormalProcess, 1, EventKinds.Process | EventKinds.File | EventKinds.Container);

    private readonly WhitelistJudge _judge = new(policy);
    private readonly AbnormalProcessRule _rule = new(policy);
    private readonly DigestBook _digests = new();
    private readonly RecencyMap<(NodeBoot Node, ProcessKey Process), int> _judged = new(MostJudged);
    private readonly WaitingProcesses<(NodeBoot Node, string Container)> _unknownContainers = new(SaveContainer, LoadContainer);
    private readonly WaitingProcesses<FileKey> _missingDigests = new((state, file) => file.Save(state), FileKey.Load);

    public DetectorSpec Spec => Description;

    public void Observe(in Observation observation, IFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        if (!_judge.HasLists) return;
        switch (observation.Event.Kind)
        {
            case EventKind.Process when observation.Process is { } process:
                OnProcess(observation, process, findings);
                break;
            case EventKind.File when observation.FileEvent.Operation == FileOperation.Hashed && _judge.AsksForDigests:
                OnDigest(observation, findings);
                break;
            case EventKind.Container when observation.Container?.Spec is not null:
                OnDescription(observation, findings);
                break;
        }
    }

    /// <summary>Containers that stay unknown: what they run is judged by what is known.</summary>
    public void Advance(NodeBoot node, long watermarkNs, IFindings findings)
    {
        if (_unknownContainers.Count == 0) return;
        long waited = watermarkNs - policy.UnknownContainerSeconds * EventTime.NanosecondsPerSecond;
        (NodeBoot, string)[] due =
        [
            .. _unknownContainers.OldestFirst
                .Where(w => w.Key.Node.Node == node.Node && (w.Key.Node.Boot != node.Boot || w.Value[0].Snapshot.At.BootNs <= waited))
                .Select(w => w.Key),
        ];
        foreach ((NodeBoot, string) key in due)
        {
            foreach (ExecutedProcess process in _unknownContainers.Take(key)) Decide(process, known: false, findings);
        }
    }

    public void Save(BinaryWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _judge.Learned.Save(state);
        _digests.Save(state);
        _unknownContainers.Save(state);
        _missingDigests.Save(state);
        state.Write(_judged.Count);
        foreach (((NodeBoot node, ProcessKey process), int generation) in _judged.OldestFirst)
        {
            SaveContainer(state, (node, ""));
            state.Write(process.Tgid);
            state.Write(process.StartNs);
            state.Write(generation);
        }
    }

    public void Load(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _judge.Learned.Load(state);
        _digests.Load(state);
        _unknownContainers.Load(state);
        _missingDigests.Load(state);
        _judged.Clear();
        for (int left = state.ReadCount(MostJudged); left > 0; left--)
            _judged.Set((LoadContainer(state).Node, new ProcessKey(state.ReadInt32(), state.ReadInt64())), state.ReadInt32());
    }

    private void OnProcess(in Observation observation, ProcessContext process, IFindings findings)
    {
        if (observation.ProcessEvent.Action is not (ProcessAction.Executed or ProcessAction.Existing)) return;
        ref readonly TaskRecord task = ref observation.Task;
        if (task.ContainerId.IsEmpty || (task.Flags & (TaskFlags.Started | TaskFlags.Runtime)) != TaskFlags.Started) return;
        if (observation.Container?.Spec is { IsSandbox: true }) return;

        (NodeBoot, ProcessKey) key = (observation.Node, process.Self.Key);
        bool announcedAgain = observation.ProcessEvent.Action == ProcessAction.Existing
            && _judged.TryGet(key, out int generation) && generation == process.Self.ExecGeneration;
        if (announcedAgain) return;
        _judged.Set(key, process.Self.ExecGeneration);

        ExecutedProcess executed = ExecutedProcess.Of(observation, process, policy);
        if (observation.Container?.Spec is not null) Decide(executed, known: true, findings);
        else DecideAll(_unknownContainers.Add((observation.Node, executed.ContainerId), executed), findings);
    }

    private void OnDescription(in Observation observation, IFindings findings)
    {
        foreach (ExecutedProcess process in _unknownContainers.Take((observation.Node, observation.ContainerEvent.ContainerId)))
        {
            if (!observation.Container!.Spec!.IsSandbox)
                Decide(process.In(observation.Source(), observation.Container.Spec), known: true, findings);
        }
    }

    private void OnDigest(in Observation observation, IFindings findings)
    {
        ref readonly FileRecord file = ref observation.FileEvent;
        if (!Sha256Digest.TryFrom(observation.Batch.Utf8(file.Sha256), out Sha256Digest digest)) return;
        var content = FileContent.Of(observation.Node, file.File);
        if (!content.File.IsKnown) return;
        _digests.Set(content, digest, observation.Id);
        foreach (ExecutedProcess process in _missingDigests.Take(content.File))
        {
            if (!process.Content.MayEqual(content)) continue;
            Verdict verdict = _judge.Judge(process, digest, known: true, observation.Time, findings.Reasons);
            if (verdict.Kind != VerdictKind.Alarm) continue;
            Evidence told = observation.Evidence("file", ("sha256", digest.ToString()));
            findings.Report(_rule.At(process, verdict, observation.Id, observation.Time, told));
        }
    }

    /// <summary>Those for which there was no room to wait.</summary>
    private void DecideAll(ImmutableArray<ExecutedProcess> processes, IFindings findings)
    {
        foreach (ExecutedProcess process in processes) Decide(process, known: false, findings);
    }

    private void Decide(ExecutedProcess process, bool known, IFindings findings)
    {
        Sha256Digest? digest = _digests.TryGet(process.Content, out KnownDigest told) ? told.Digest : null;
        Verdict verdict = _judge.Judge(process, digest, known, process.Snapshot.At, findings.Reasons);
        if (verdict.Kind == VerdictKind.Alarm) findings.Report(_rule.At(process, verdict, process.Snapshot.Id, process.Snapshot.At));

        // What has to go to make room is not known to be wrong.
        if (verdict.Kind == VerdictKind.NeedsDigest && process.Content.File.IsKnown) _missingDigests.Add(process.Content.File, process);
    }

    private static void SaveContainer(BinaryWriter state, (NodeBoot Node, string Container) key)
    {
        state.WriteText(key.Node.Node.Value);
        state.WriteText(key.Node.Boot.Value);
        state.WriteText(key.Container);
    }

    private static (NodeBoot Node, string Container) LoadContainer(BinaryReader state) =>
        (new NodeBoot(new NodeId(state.ReadText()), new BootId(state.ReadText())), state.ReadText());
}
