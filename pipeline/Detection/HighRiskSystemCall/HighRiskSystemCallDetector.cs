using System.Collections.Immutable;
using Pipeline.Detection.Matching;
using Pipeline.Detection.Nodes;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.HighRiskSystemCall;

/// <summary>
/// System calls that containers should not make (rules SC-01 to SC-25), whether they succeed or are refused. The first of a container,
/// program, call and class of arguments raises an alarm, the others count. A process that is refused several different ones within
/// seconds is probing, which is graver.
/// </summary>
public sealed class HighRiskSystemCallDetector : IDetector
{
    /// <summary>Rule named where a call has no row and therefore no rule.</summary>
    private const string NoRule = "SC";

    private readonly SystemCallPolicy _policy;
    private readonly CallTable _table;
    private readonly ProbingState _probing;
    private readonly NodeArchitectures _architectures = new();

    public HighRiskSystemCallDetector(SystemCallPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _policy = policy;
        _table = new CallTable(policy);
        _probing = new ProbingState(policy.ProbingCalls, policy.ProbingSeconds * EventTime.NanosecondsPerSecond);
    }

    public static DetectorSpec Description { get; } =
        new("high-risk-system-call", AlarmType.HighRiskSystemCall, 1, EventKinds.Syscall | EventKinds.Heartbeat);

    public DetectorSpec Spec => Description;

    public void Observe(in Observation observation, IFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        if (observation.Event.Kind == EventKind.Heartbeat)
        {
            _architectures.Learn(observation);
            return;
        }

        IReasons? reasons = findings.Reasons;
        NodeArchitecture architecture = _architectures.Of(observation.Id.Node);
        int number = observation.Syscall.Number;
        CallRules? rules = _table.Find(number, architecture);
        reasons?.Weigh(NoRule, "the call is in the table", SyscallNames.Of(number, architecture), rules is not null);
        if (rules is null || observation.Event.Task == EventRecord.NoTask) return;

        bool workload = IsWorkload(observation.Task);
        reasons?.Weigh(NoRule, "a process of a started container made it, not its runtime", observation.Task.Flags.ToString(), workload);
        if (workload) Judge(observation, rules, findings);
    }

    public void Advance(NodeBoot node, long watermarkNs, IFindings findings) => _probing.Advance(node, watermarkNs);

    public void Save(BinaryWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _architectures.Save(state);
        _probing.Save(state);
    }

    public void Load(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _architectures.Load(state);
        _probing.Load(state);
    }

    /// <summary>Before its first exec, and in an exec session before that one's, a process in a container is still the runtime setting
    /// it up.</summary>
    private static bool IsWorkload(in TaskRecord task) =>
        !task.ContainerId.IsEmpty && (task.Flags & (TaskFlags.Started | TaskFlags.Runtime)) == TaskFlags.Started;

    private void Judge(in Observation observation, CallRules rules, IFindings findings)
    {
        IReasons? reasons = findings.Reasons;
        var call = new CallView(observation);
        if (RowOf(call, rules) is not { } row)
        {
            reasons?.Weigh(rules.Rows[0].Rule, $"its arguments are of a class that is on: {Names(rules)}", call.Arguments(), false);
            return;
        }

        reasons?.Weigh(row.Rule, $"its arguments are of a class that is on: {Names(rules)}", $"{row.Name}: {call.Arguments()}", true);
        CallOutcome outcome = call.Outcome(_policy);
        reasons?.Weigh(row.Rule, "it succeeded or was refused", call.Result(), outcome != CallOutcome.Failed);
        if (outcome == CallOutcome.Failed) return;
        bool denied = outcome == CallOutcome.Denied;
        Severity? severity = denied ? row.Denied : row.Success;
        reasons?.Weigh(row.Rule, denied ? "refusals of it alarm" : "successes of it alarm", severity?.ToString() ?? "no severity",
            severity is not null);
        if (severity is not { } grave || IsWanted(observation, rules, row, denied, reasons)) return;

        ImmutableArray<Attempt> attempts = denied ? Note(observation, rules.Name, call.Result()) : [];
        reasons?.Weigh(row.Rule, "the policy says so", $"severity {grave}, probing with {attempts.Length} calls", true);
        findings.Report(new SystemCallAlarm(row, rules.Name, grave, denied, attempts, _policy).At(observation, call));
    }

    private ImmutableArray<Attempt> Note(in Observation observation, string call, string result) =>
        observation.Process is { } process
            ? _probing.Add(observation.Node, process.Self.Key, new Attempt(call, result, observation.Id.Sequence, observation.Time))
            : [];

    /// <summary>Fallbacks of libraries, and what the site allows.</summary>
    private static bool IsWanted(in Observation observation, CallRules rules, SystemCallRow row, bool denied, IReasons? reasons)
    {
        string program = observation.Process?.Self.ExePath ?? "";
        bool original = observation.Process?.Self.Executable.Layer != FileLayer.Upper;
        SystemCallSuppression? fallback = null;
        SystemCallException? exception = null;
        long error = -observation.Syscall.Result;
        string image = observation.Container?.Spec?.Image ?? "";
        foreach (SystemCallSuppression suppression in denied ? rules.Suppressions : [])
        {
            bool errorFits = suppression.Errors.IsDefaultOrEmpty || suppression.Errors.Any(e => (long)e == error);
            bool programFits = suppression.Programs.IsDefaultOrEmpty || (original && suppression.Programs.Any(p =>
                Wildcard.Matches(program, p)));
            if (errorFits && programFits) fallback ??= suppression;
        }

        foreach (SystemCallException candidate in original ? rules.Exceptions : [])
        {
            if (Wildcard.Matches(image, candidate.Image) && Wildcard.Matches(program, candidate.Program)) exception ??= candidate;
        }

        reasons?.Weigh(row.Rule, "it is not a known fallback (suppressions)", fallback?.Reason ?? "none", fallback is null);
        if (fallback is not null) return true;
        reasons?.Weigh(row.Rule, "no exception is for this image, program and call", Told(exception), exception is null);
        return exception is not null;
    }

    private static string Told(SystemCallException? exception) =>
        exception is null ? "none" : $"image {exception.Image}, program {exception.Program}: {exception.Reason}";

    private static SystemCallRow? RowOf(in CallView call, CallRules rules)
    {
        foreach (SystemCallRow row in rules.Rows)
        {
            if (row.Enabled && call.Fits(row)) return row;
        }

        return null;
    }

    private static string Names(CallRules rules) => string.Join(", ", rules.Rows.Select(row =>
        row.Enabled ? row.Name : row.Name + " (off)"));
}
