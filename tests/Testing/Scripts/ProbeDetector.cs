using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Testing.Scripts;

/// <summary>
/// The least detector there is, to test what is around detectors: every program that runs in a container is a finding, one alarm for each
/// container. "/bin/worse" is graver, "/bin/works" succeeds, "/bin/boom" throws. It counts what it sees, so that a lost or doubled event
/// shows in the evidence of every later one.
/// </summary>
public sealed class ProbeDetector(long? quietNs = null) : IDetector
{
    private long _seen;

    public static DetectorSpec Description { get; } = new("probe", AlarmType.AbnormalProcess, 1, EventKinds.Process);

    public static ImmutableArray<DetectorFactory> Alone { get; } = [new(Description, () => new ProbeDetector())];

    public DetectorSpec Spec => Description;

    public void Observe(in Observation observation, IFindings findings)
    {
        EventBatch batch = observation.Batch;
        ref readonly TaskRecord task = ref batch.Tasks[observation.Event.Task];
        string program = batch.String(batch.Processes[observation.Event.Index].FileName);
        if (program == "/bin/boom") throw new InvalidOperationException("boom");
        string container = batch.String(task.ContainerId);
        _seen++;
        var facts = ImmutableSortedDictionary<string, string>.Empty
            .Add("program", program)
            .Add("seen", _seen.ToString(CultureInfo.InvariantCulture))
            .Add("image", observation.Container?.Spec?.Image ?? "");
        findings.Report(new Finding
        {
            RuleId = "PR-01",
            ClassId = "",
            Title = "A program ran",
            Severity = program == "/bin/worse" ? Severity.High : Severity.Low,
            Outcome = program == "/bin/works" ? Outcome.AttackSuccess : Outcome.AttackAttempt,
            Attack = [],
            Source = new AlarmSource(observation.Id.Node.Value, observation.Id.Boot.Value, container, "", "", "", "", "", ""),
            Subject = container,
            Content = [],
            Evidence = [Evidence.Of(observation.Id, "process", observation.Time, facts)],
            Cause = observation.Id,
            At = observation.Time,
            DedupKey = $"PR-01|{container}",
            Recommendation = "",
            QuietNs = quietNs,
            EvidenceGaps = observation.GapsIn(observation.Time.BootNs - 60 * EventTime.NanosecondsPerSecond, observation.Time.BootNs),
        });
    }

    public void Advance(NodeBoot node, long watermarkNs, IFindings findings)
    {
    }

    public void Save(BinaryWriter state) => state.Write(_seen);

    public void Load(BinaryReader state) => _seen = state.ReadInt64();
}
