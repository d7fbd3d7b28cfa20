using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>
/// Containers that are given more power than they should have (rules AS-01 to AS-03). A container is judged when its description is known,
/// which is before its first process runs, and the alarm is confirmed when it starts. An id that was judged is not an occurrence again
/// because somebody announces it again; a start after the first is. A program that gains rights because of how its container was started
/// is AS-04.
/// </summary>
public sealed class AbnormalStartupDetector(StartupPolicy policy) : IDetector
{
    /// <summary>
    /// Containers of one partition whose judgement is remembered; far more than its nodes run. One that is forgotten counts again when it
    /// is announced again.
    /// </summary>
    public const int MostContainers = 65_536;

    public static DetectorSpec Description { get; } = new("abnormal-startup", AlarmType.AbnormalStartup, 2,
        EventKinds.Container | EventKinds.Process);

    private readonly RecencyMap<(NodeId Node, string Id), JudgedContainer> _judged = new(MostContainers);

    public DetectorSpec Spec => Description;

    public void Observe(in Observation observation, IFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        if (observation.Event.Kind == EventKind.Container) Observed(observation, findings);
        else if (ElevationCheck.Evaluate(observation, policy, findings.Reasons) is { } elevation) findings.Report(elevation);
    }

    private void Observed(in Observation observation, IFindings findings)
    {
        ContainerRecord record = observation.ContainerEvent;
        (NodeId Node, string Id) key = (observation.Id.Node, record.ContainerId);
        JudgedContainer before = _judged.TryGet(key, out JudgedContainer known) ? known : JudgedContainer.Nothing;
        JudgedContainer after = record.Action switch
        {
            ContainerAction.Created when before.Removed =>
                Judge(observation, JudgedContainer.Nothing, findings), // the id was given out again
            ContainerAction.Created or ContainerAction.Existing or ContainerAction.Described => Judge(observation, before, findings),
            ContainerAction.Started => Start(observation, before, findings),
            ContainerAction.Removed => before with { Removed = true },
            _ => Ignored(record.Action, before, findings.Reasons),
        };
        if (after != before || record.Action == ContainerAction.Existing) _judged.Set(key, after);
    }

    /// <summary>Nothing waits for time here.</summary>
    public void Advance(NodeBoot node, long watermarkNs, IFindings findings)
    {
    }

    public void Save(BinaryWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Write(_judged.Count);
        foreach (((NodeId node, string id), JudgedContainer judged) in _judged.OldestFirst)
        {
            state.WriteText(node.Value);
            state.WriteText(id);
            judged.Save(state);
        }
    }

    public void Load(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _judged.Clear();
        for (int left = state.ReadCount(MostContainers); left > 0; left--)
            _judged.Set((new NodeId(state.ReadText()), state.ReadText()), JudgedContainer.Load(state));
    }

    /// <summary>A description: whatever was not reported of this container yet is.</summary>
    private JudgedContainer Judge(in Observation observation, JudgedContainer before, IFindings findings)
    {
        ContainerRecord record = observation.ContainerEvent;
        JudgedContainer after = before with { Started = before.Started || record.Running, Pid = record.Pid != 0 ? record.Pid : before.Pid };
        if (observation.Container?.Spec is not { } spec)
        {
            StartupReasons.NoDescription(findings.Reasons);
            return after;
        }

        ImmutableArray<StartupAlarm> alarms = StartupAlarm.Of(spec, policy);
        if (findings.Reasons is { } reasons) StartupReasons.Tell(reasons, spec, policy, alarms, before, startsAgain: false);
        foreach (StartupAlarm alarm in alarms)
        {
            if (!before.Reported(alarm.Class, alarm.Fingerprint)) findings.Report(alarm.At(observation));
        }

        if (after.Started) Confirm(observation, alarms, findings);
        return after.With(alarms);
    }

    /// <summary>The first start confirms what was announced; every other is the behaviour once more.</summary>
    private JudgedContainer Start(in Observation observation, JudgedContainer before, IFindings findings)
    {
        ContainerRecord record = observation.ContainerEvent;

        // A listing that saw the container run and the news of that very start may both arrive.
        bool sameStart = before.Started && record.Pid != 0 && record.Pid == before.Pid;
        JudgedContainer after = before with { Started = true, Pid = record.Pid };
        if (sameStart || observation.Container?.Spec is not { } spec)
        {
            if (sameStart) StartupReasons.SameStart(findings.Reasons, record.Pid);
            else StartupReasons.NoDescription(findings.Reasons);
            return after;
        }

        ImmutableArray<StartupAlarm> alarms = StartupAlarm.Of(spec, policy);
        if (findings.Reasons is { } reasons) StartupReasons.Tell(reasons, spec, policy, alarms, before, before.Started);
        foreach (StartupAlarm alarm in alarms)
        {
            if (before.Started || !before.Reported(alarm.Class, alarm.Fingerprint)) findings.Report(alarm.At(observation));
        }

        Confirm(observation, alarms, findings);
        return after.With(alarms);
    }

    private static JudgedContainer Ignored(ContainerAction action, JudgedContainer before, IReasons? reasons)
    {
        StartupReasons.NothingToJudge(reasons, action);
        return before;
    }

    private static void Confirm(in Observation observation, ImmutableArray<StartupAlarm> alarms, IFindings findings)
    {
        foreach (StartupAlarm alarm in alarms)
            findings.Confirm(observation.Node, alarm.DedupKey, observation.Time, alarm.EvidenceAt(observation));
    }
}
