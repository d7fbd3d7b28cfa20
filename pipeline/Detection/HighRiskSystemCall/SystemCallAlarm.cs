using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>One high-risk call as a finding.</summary>
/// <param name="severity">Of the row, for what became of the call.</param>
/// <param name="attempts">What the process was refused within the window when it is probing, this call last; else empty.</param>
internal sealed class SystemCallAlarm(
    SystemCallRow row, string call, Severity severity, bool denied, ImmutableArray<Attempt> attempts, SystemCallPolicy policy)
{
    private readonly SystemCallRule _rule = SystemCallRule.For(row.Rule);

    private bool Probing => !attempts.IsEmpty;

    public Finding At(in Observation observation, in CallView view)
    {
        string program = observation.Process?.Self.ExePath ?? "";
        AlarmSource source = observation.Source();
        Severity grave = Probing && severity < Severity.Critical ? severity + 1 : severity;
        return new Finding
        {
            RuleId = row.Rule,
            ClassId = SystemCallRule.ClassId,
            Title = Title(source, program),
            Severity = grave,
            Outcome = denied ? Outcome.AttackBlocked : Outcome.AttackSuccess,
            Attack = row.Attack,
            Source = source,
            Subject = call,
            Content = [new ContentItem("system-call", $"{call}:{row.Name}", grave, "")],
            Evidence = [.. Earlier(observation), Evidence(observation, view)],
            Cause = observation.Id,
            At = observation.Time,
            DedupKey = $"{row.Rule}|{source.ContainerId}|{call}|{row.Name}|{program}",
            Recommendation = _rule.Recommendation,
            Processes = observation.Processes(),
            Labels = Probing ? ["capability-probing"] : [],
            EvidenceGaps = Probing ? observation.GapsIn(attempts[0].At.BootNs, observation.Time.BootNs) : [],
        };
    }

    private string Title(AlarmSource source, string program)
    {
        string where = source.ContainerName.Length > 0 ? source.ContainerName : source.ContainerId[..Math.Min(12,
            source.ContainerId.Length)];
        string who = program.Length > 0 ? program : "A program";
        string probing = Probing
            ? string.Create(CultureInfo.InvariantCulture,
                $", after {attempts.Length - 1} other refused calls within {policy.ProbingSeconds} s") : "";
        return denied
            ? $"{who} in container {where} was refused: it {_rule.What} ({call}){probing}"
            : $"{who} in container {where} {_rule.What} ({call})";
    }

    /// <summary>The calls that made probing of it: events of the same boot as this one.</summary>
    private List<Evidence> Earlier(in Observation observation)
    {
        var pieces = new List<Evidence>();
        foreach (Attempt attempt in attempts.SkipLast(1))
        {
            var facts = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal)
                .Add("call", attempt.Call).Add("result", attempt.Result);
            pieces.Add(Domain.Alarms.Evidence.Of(observation.Id with { Sequence = attempt.Sequence }, "syscall", attempt.At, facts));
        }

        return pieces;
    }

    private Evidence Evidence(in Observation observation, in CallView view)
    {
        ref readonly SyscallRecord record = ref observation.Syscall;
        ref readonly TaskRecord task = ref observation.Task;
        var facts = new List<(string, string)>
        {
            ("call", call),
            ("arguments", view.Arguments()),
            ("result", view.Result()),
            ("seccomp", task.SeccompMode.ToString(CultureInfo.InvariantCulture)),
            ("capEffective", task.CapEffective.ToString("x16", CultureInfo.InvariantCulture)),
        };
        if (record.Abi != SyscallAbi.Native) facts.Add(("abi", Spelling.Of(record.Abi)));
        if (record.Count > 1) facts.Add(("count", record.Count.ToString(CultureInfo.InvariantCulture)));
        if (!record.Path.IsEmpty) facts.Add(("path", observation.Batch.String(record.Path)));
        if (!record.OtherPath.IsEmpty) facts.Add(("otherPath", observation.Batch.String(record.OtherPath)));
        if (record.TargetTgid != 0)
        {
            facts.Add(("targetPid", record.TargetTgid.ToString(CultureInfo.InvariantCulture)));
            facts.Add(("targetContainer", observation.Batch.String(record.TargetContainerId)));
        }

        return observation.Evidence("syscall", [.. facts]);
    }
}
