namespace Pipeline.Domain.Alarms;

/// <summary>A process that an alarm is about, or one of its ancestors. Texts are the container's own, bounded, and hostile.</summary>
/// <param name="Pid">In the initial pid namespace.</param>
/// <param name="NamespacePid">As the container sees it; 0 where unknown.</param>
/// <param name="StartedBootNs">CLOCK_BOOTTIME nanoseconds of its start; with the node, the boot and the pid it names the process for ever.</param>
/// <param name="CapEffective">Effective capabilities as 16 hex digits, as in /proc/PID/status.</param>
public sealed record AlarmProcess(
    int Pid,
    int NamespacePid,
    long StartedBootNs,
    string Path,
    string CommandLine,
    uint Uid,
    uint EffectiveUid,
    string CapEffective);
