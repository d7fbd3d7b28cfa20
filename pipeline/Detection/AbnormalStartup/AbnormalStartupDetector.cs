using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>
/// Containers that are given more power than they should have (rules AS-01 to AS-03). A container is judged when its description is known,
/// which is before its first process runs, and the alarm is confirmed when it starts. An id that was judged is not an occurrence again
/// because somebody announces it again; a start after the first is.
/// </summary>
public sealed class AbnormalStartupDetector(StartupPolicy policy) : IDetector
{
    /// <summary>
    /// Containers of one partition whose judgement is remembered; far more than its nodes run. One that is forgotten counts again when it
    /// is announced again.
    /// </summary>
    public const int MostContainers = 65_536;

    public static DetectorSpec Description { get; } = new("abnormal-startup", AlarmType.AbnormalStartup, 1, EventKinds.Container);

    private readonly RecencyMap<(NodeId Node, string Id), Judged> _judged = new(MostContainers);

    public DetectorSpec Spec => Description;

    public void Observe(in Observation observation, IFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ContainerRecord record = observation.ContainerEvent;
        (NodeId Node, string Id) key = (observation.Id.Node, record.ContainerId);
        Judged before = _judged.TryGet(key, out Judged known) ? known : Judged.Nothing;
        Judged after = record.Action switch
        {
            ContainerAction.Created when before.Removed => Judge(observation, Judged.Nothing, findings), // the id was given out again
            ContainerAction.Created or ContainerAction.Existing or ContainerAction.Described => Judge(observation, before, findings),
            ContainerAction.Started => Start(observation, before, findings),
            ContainerAction.Removed => before with { Removed = true },
            _ => before,
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
        foreach (((NodeId node, string id), Judged judged) in _judged.OldestFirst)
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
            _judged.Set((new NodeId(state.ReadText()), state.ReadText()), Judged.Load(state));
    }

    /// <summary>A description: whatever was not reported of this container yet is.</summary>
    private Judged Judge(in Observation observation, Judged before, IFindings findings)
    {
        ContainerRecord record = observation.ContainerEvent;
        Judged after = before with { Started = before.Started || record.Running, Pid = record.Pid != 0 ? record.Pid : before.Pid };
        if (observation.Container?.Spec is not { } spec) return after;

        ImmutableArray<StartupAlarm> alarms = StartupAlarm.Of(spec, policy);
        foreach (StartupAlarm alarm in alarms)
        {
            if (!before.Reported(alarm.Class, alarm.Fingerprint)) findings.Report(alarm.At(observation));
        }

        if (after.Started) Confirm(observation, alarms, findings);
        return after.With(alarms);
    }

    /// <summary>The first start confirms what was announced; every other is the behaviour once more.</summary>
    private Judged Start(in Observation observation, Judged before, IFindings findings)
    {
        ContainerRecord record = observation.ContainerEvent;

        // A listing that saw the container run and the news of that very start may both arrive.
        bool sameStart = before.Started && record.Pid != 0 && record.Pid == before.Pid;
        Judged after = before with { Started = true, Pid = record.Pid };
        if (sameStart || observation.Container?.Spec is not { } spec) return after;

        ImmutableArray<StartupAlarm> alarms = StartupAlarm.Of(spec, policy);
        foreach (StartupAlarm alarm in alarms)
        {
            if (before.Started || !before.Reported(alarm.Class, alarm.Fingerprint)) findings.Report(alarm.At(observation));
        }

        Confirm(observation, alarms, findings);
        return after.With(alarms);
    }

    private static void Confirm(in Observation observation, ImmutableArray<StartupAlarm> alarms, IFindings findings)
    {
        foreach (StartupAlarm alarm in alarms)
            findings.Confirm(observation.Node, alarm.DedupKey, observation.Time, alarm.EvidenceAt(observation));
    }

    /// <summary>What is remembered of one container.</summary>
    /// <param name="Options">Fingerprint of what was reported of its options; empty when nothing was. Likewise the others.</param>
    /// <param name="Pid">Its first process at the last start; 0 when not known.</param>
    private readonly record struct Judged(Guid Options, Guid Mounts, Guid Namespaces, bool Started, bool Removed, int Pid)
    {
        public static Judged Nothing => default;

        public bool Reported(StartupClass part, Guid fingerprint) => Of(part) == fingerprint;

        public Judged With(ImmutableArray<StartupAlarm> alarms)
        {
            Judged after = this;
            foreach (StartupAlarm alarm in alarms)
            {
                after = alarm.Class switch
                {
                    StartupClass.Options => after with { Options = alarm.Fingerprint },
                    StartupClass.Mounts => after with { Mounts = alarm.Fingerprint },
                    _ => after with { Namespaces = alarm.Fingerprint },
                };
            }

            return after;
        }

        public void Save(BinaryWriter state)
        {
            state.WriteId(Options);
            state.WriteId(Mounts);
            state.WriteId(Namespaces);
            state.Write(Started);
            state.Write(Removed);
            state.Write(Pid);
        }

        public static Judged Load(BinaryReader state) =>
            new(state.ReadId(), state.ReadId(), state.ReadId(), state.ReadBoolean(), state.ReadBoolean(), state.ReadInt32());

        private Guid Of(StartupClass part) => part switch
        {
            StartupClass.Options => Options,
            StartupClass.Mounts => Mounts,
            _ => Namespaces,
        };
    }
}
