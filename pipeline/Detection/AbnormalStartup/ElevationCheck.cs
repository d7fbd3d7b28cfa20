using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Pipeline.Detection.Matching;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>
/// The run-time half of no-new-privileges (rule AS-04): a program whose file is set-uid, set-gid or has capabilities gave its user more
/// than he had. The kernel does none of this where no_new_privs is set (prctl(2)), and uid 0 has it all already.
/// </summary>
internal static class ElevationCheck
{
    public const string RuleId = "AS-04";
    public const string ClassId = "container_1003";

    private const string Content = "no-new-privileges:false";
    private const uint SetGid = 0x400;

    /// <summary>Set-uid and set-gid.</summary>
    public static ImmutableArray<string> Attack { get; } = ["T1548.001"];

    public static Finding? Evaluate(in Observation observation, StartupPolicy policy, IReasons? reasons)
    {
        ref readonly ProcessRecord record = ref observation.ProcessEvent;
        if (record.Action != ProcessAction.Executed)
        {
            reasons?.Weigh(RuleId, "a program was executed", record.Action.ToString(), false);
            return null;
        }

        ref readonly TaskRecord task = ref observation.Task;
        bool workload = !task.ContainerId.IsEmpty && (task.Flags & (TaskFlags.Started | TaskFlags.Runtime)) == TaskFlags.Started;
        reasons?.Weigh(RuleId, "by the workload of a container", task.Flags.ToString(), workload);
        if (!workload) return null;
        reasons?.Weigh(RuleId, "by a user other than root", $"uid {task.Uid}", task.Uid != 0);
        if (task.Uid == 0) return null;
        bool free = (task.Flags & TaskFlags.NoNewPrivileges) == 0;
        reasons?.Weigh(RuleId, "without no_new_privs", task.Flags.ToString(), free);
        if (!free) return null;
        string? gain = Gain(task, record);
        reasons?.Weigh(RuleId, "it gained rights", gain ?? "none", gain is not null);
        if (gain is null) return null;

        string program = observation.Process?.Self.ExePath ?? "";
        string? exception = record.Executable.Layer == FileLayer.Upper
            ? null : policy.ElevationExceptions.FirstOrDefault(pattern => Wildcard.Matches(program, pattern));
        reasons?.Weigh(RuleId, "no exception is for the program", exception ?? "none", exception is null);
        return exception is null ? At(observation, program, gain, policy) : null;
    }

    /// <summary>In words what the exec gave; null when nothing. Rights that the process had before are no gain of this exec.</summary>
    private static string? Gain(in TaskRecord task, in ProcessRecord record)
    {
        if (task.EffectiveUid != task.Uid
            && task.EffectiveUid != record.EffectiveUidBefore) return $"set-uid: user {task.Uid} to {task.EffectiveUid}";
        ulong gained = task.CapPermitted & ~record.CapPermittedBefore;
        if (gained != 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"file capabilities: {BitOperations.PopCount(gained)} more ({gained:x16})");
        }

        bool setGid = (record.Executable.Mode & SetGid) != 0 && task.EffectiveGid != task.Gid;
        return setGid ? $"set-gid: group {task.Gid} to {task.EffectiveGid}" : null;
    }

    private static Finding At(in Observation observation, string program, string gain, StartupPolicy policy)
    {
        AlarmSource source = observation.Source();
        Setting<bool>? asked = observation.Container?.Spec?.NoNewPrivileges;
        string basis = asked is { Value: false } setting ? (setting.IsExplicit ? "explicit" : "inherited") : "";
        string where = source.ContainerName.Length > 0 ? source.ContainerName : source.ContainerId[..Math.Min(12,
            source.ContainerId.Length)];
        return new Finding
        {
            RuleId = RuleId,
            ClassId = ClassId,
            Title = $"{program} in container {where} raised its user's rights ({gain}), which no-new-privileges would have stopped",
            Severity = policy.ElevationSeverity,
            Outcome = Outcome.AbnormalBehavior,
            Attack = Attack,
            Source = source,
            Subject = program,
            Content = [new ContentItem(StartupCheckNames.NoNewPrivileges, Content, policy.ElevationSeverity, basis)],
            Evidence =
            [
                observation.Evidence(
                    "process",
                    ("gain", gain),
                    ("uid", observation.Task.Uid.ToString(CultureInfo.InvariantCulture)),
                    ("effectiveUid", observation.Task.EffectiveUid.ToString(CultureInfo.InvariantCulture)),
                    ("mode", Convert.ToString(observation.ProcessEvent.Executable.Mode, 8)),
                    ("capPermitted", observation.Task.CapPermitted.ToString("x16", CultureInfo.InvariantCulture)),
                    ("layer", Spelling.Of(observation.ProcessEvent.Executable.Layer)),
                    ("arguments", observation.Process?.Self.CommandLine ?? "")),
            ],
            Cause = observation.Id,
            At = observation.Time,
            DedupKey = $"{RuleId}|{source.ContainerId}|{program}",
            Recommendation = "Find out whether this program has business in this image and who ran it: sudo, su and their like "
                + "in a container that serves the network are usually the second step of a break-in. "
                + StartupRule.Remedy(StartupCheckNames.NoNewPrivileges),
            Processes = observation.Processes(),
        };
    }
}
