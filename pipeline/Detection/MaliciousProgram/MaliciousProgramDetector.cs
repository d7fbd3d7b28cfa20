using System.Collections.Immutable;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram.Rules;
using Pipeline.Detection.MaliciousProgram.Traces;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram;

/// <summary>
/// Malicious programs in containers: by digest (rule MP-00), whenever it comes, and by behaviour (rules MP-01 to MP-09). What runs outside
/// of containers, belongs to the runtime or precedes a container's workload is not looked at.
/// </summary>
public sealed class MaliciousProgramDetector : IDetector
{
    public static DetectorSpec Description { get; } = new(
        "malicious-program", AlarmType.MaliciousProgram, 1,
            EventKinds.Process | EventKinds.File | EventKinds.Syscall | EventKinds.Container);

    /// <summary>Rules on an exec, each with the kinds of program that it wants to see.</summary>
    private static readonly ImmutableArray<(ProgramKinds Wanted, Examine Examine)> Rules =
    [
        (ProgramKinds.Any, MinerRule.Examine),
        (ProgramKinds.RunsCode | ProgramKinds.Tool | ProgramKinds.Reconnaissance, ReverseShellRule.Examine),
        (ProgramKinds.Any, DropAndExecuteRule.Examine),
        (ProgramKinds.RunsCode | ProgramKinds.Downloader, ScriptPipeRule.Examine),
        (ProgramKinds.Any, FilelessRule.Examine),
        (ProgramKinds.RunsCode | ProgramKinds.Downloader | ProgramKinds.Reconnaissance, WebShellRule.Examine),
        (ProgramKinds.PackageManager, PackageManagerRule.Examine),
        (ProgramKinds.Tool, ToolRule.Examine),
        (ProgramKinds.Any, MasqueradeRule.Examine),
    ];

    private readonly ProgramRules _rules;
    private readonly FingerprintRule _fingerprints;

    public MaliciousProgramDetector(MaliciousProgramPolicy policy, FingerprintSet fingerprints)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(fingerprints);
        _rules = ProgramRules.Under(policy);
        _fingerprints = new FingerprintRule(policy, fingerprints);
    }

    private delegate ProgramFinding? Examine(ref ExecutedProgram program);

    public DetectorSpec Spec => Description;

    public void Observe(in Observation observation, IFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        switch (observation.Event.Kind)
        {
            case EventKind.Container:
                _rules.Traces.Containers.Apply(observation);
                break;
            case EventKind.Process when IsOfInterest(observation):
                OnProcess(observation, findings);
                break;
            case EventKind.File when observation.FileEvent.Operation == FileOperation.Hashed:
                OnDigest(observation, findings);
                break;
            case EventKind.File when observation.FileEvent.Result >= 0 && IsOfInterest(observation):
                _rules.Traces.Files.Apply(observation);
                if (observation.FileEvent.Operation == FileOperation.Unlink) OnDelete(observation, findings);
                break;
            case EventKind.Syscall when IsOfInterest(observation):
                _rules.Traces.Sockets.Apply(observation);
                if (MinerRule.Sent(observation, _rules, findings.Reasons) is { } mining) findings.Report(mining);
                break;
        }
    }

    /// <summary>Nothing waits for time here: what is remembered is let go by its bounds.</summary>
    public void Advance(NodeBoot node, long watermarkNs, IFindings findings)
    {
    }

    public void Save(BinaryWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _rules.Traces.Save(state);
    }

    public void Load(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _rules.Traces.Load(state);
    }

    /// <summary>By a task of a container whose workload has begun.</summary>
    private static bool IsOfInterest(in Observation observation)
    {
        if (observation.Event.Task == EventRecord.NoTask) return false;
        ref readonly TaskRecord task = ref observation.Task;
        return !task.ContainerId.IsEmpty && (task.Flags & (TaskFlags.Started | TaskFlags.Runtime)) == TaskFlags.Started;
    }

    private void OnProcess(in Observation observation, IFindings findings)
    {
        if (observation.Process is not { } process) return;
        switch (observation.ProcessEvent.Action)
        {
            case ProcessAction.Existing:
                _rules.Traces.Containers.Seen(observation, process.Self.ContainerId);
                break;
            case ProcessAction.Executed:
                OnExec(observation, process, _rules.Traces.Containers.Seen(observation, process.Self.ContainerId), findings);
                break;
            case ProcessAction.Exited:
                _rules.Traces.Executions.End(observation.Node, process.Self);
                break;
        }
    }

    private void OnExec(in Observation observation, ProcessContext process, ContainerStart start, IFindings findings)
    {
        var execution = new Execution(observation, process);
        _rules.Traces.Executions.Add(execution);
        if (_rules.Traces.Digests.TryGet(execution.Content, out KnownDigest known))
            _fingerprints.Look(observation, execution, known, findings);

        var program = new ExecutedProgram(observation, process, start, _rules, findings.Reasons);
        foreach ((ProgramKinds wanted, Examine examine) in Rules)
        {
            if ((wanted & (program.Kinds | ProgramKinds.Any)) == 0) continue;
            if (examine(ref program) is { } found) findings.Report(found.At(observation, "process", _rules.Policy));
        }
    }

    /// <summary>An agent computed a digest, perhaps long after the file ran: whoever ran that content is found again.</summary>
    private void OnDigest(in Observation observation, IFindings findings)
    {
        ref readonly FileRecord file = ref observation.FileEvent;
        if (!Sha256Digest.TryFrom(observation.Batch.Utf8(file.Sha256), out Sha256Digest digest)) return;
        var content = FileContent.Of(observation.Node, file.File);
        var told = new KnownDigest(digest, observation.Id.Sequence);
        if (content.File.IsKnown) _rules.Traces.Digests.Set(content, digest, observation.Id);
        foreach (Execution execution in _rules.Traces.Executions.Of(content.File))
        {
            if (execution.Content.MayEqual(content)) _fingerprints.Look(observation, execution, told, findings);
        }
    }

    private void OnDelete(in Observation observation, IFindings findings)
    {
        if (MasqueradeRule.Deleted(observation, _rules, findings.Reasons) is { } deleted) findings.Report(deleted);
    }
}
