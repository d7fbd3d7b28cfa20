using System.ComponentModel;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Contracts;

[Description("A process as it was when the alarm was raised. Its texts are the container's own.")]
public sealed record ProcessContract(
    [property: Description("In the initial pid namespace.")] int Pid,
    [property: Description("As its container sees it; 0 where unknown.")] int NamespacePid,
    [property: Description("Nanoseconds from the node's boot to its start; with node, boot and pid it names the process for ever.")] long StartedBootNs,
    [property: Description("Its executable, in the container's root.")] string Path,
    [property: Description("Its arguments, bounded.")] string CommandLine,
    uint Uid,
    uint EffectiveUid,
    [property: Description("Effective capabilities, 16 hexadecimal digits.")] string CapEffective)
{
    internal static ProcessContract From(AlarmProcess process) => new(
        process.Pid, process.NamespacePid, process.StartedBootNs, process.Path, process.CommandLine, process.Uid, process.EffectiveUid, process.CapEffective);
}
