using Pipeline.Domain.Events;

namespace Agents.Importers.Scap;

/// <summary>What calls that change credentials make of a task (credentials(7)).</summary>
internal static class Credentials
{
    private const long SetNoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS, prctl(2)

    /// <summary>The task after a call that succeeded.</summary>
    public static TaskSnapshot After(Call call)
    {
        TaskSnapshot task = call.Thread.Task;
        bool root = task.EffectiveUid == 0;
        switch (call.Name)
        {
            case "setuid" when call.TryInt("uid", out long uid):
                return task with { Uid = root ? (uint)uid : task.Uid, EffectiveUid = (uint)uid };
            case "setgid" when call.TryInt("gid", out long gid):
                return task with { Gid = root ? (uint)gid : task.Gid, EffectiveGid = (uint)gid };
            case "setresuid" when call.TryInt("ruid", out long ruid) && call.TryInt("euid", out long euid):
                return task with { Uid = Changed(task.Uid, ruid), EffectiveUid = Changed(task.EffectiveUid, euid) };
            case "setresgid" when call.TryInt("rgid", out long rgid) && call.TryInt("egid", out long egid):
                return task with { Gid = Changed(task.Gid, rgid), EffectiveGid = Changed(task.EffectiveGid, egid) };
            case "capset" when call.TryInt("cap_permitted", out long permitted) && call.TryInt("cap_effective", out long effective):
                return task with { CapPermitted = (ulong)permitted, CapEffective = (ulong)effective };
            case "prctl" when call.TryInt("option", out long option) && option == SetNoNewPrivileges:
                return task with { Flags = task.Flags | TaskFlags.NoNewPrivileges };
            default:
                return task;
        }
    }

    /// <summary>-1 leaves an id as it is, setresuid(2).</summary>
    private static uint Changed(uint before, long value) => (uint)value == uint.MaxValue ? before : (uint)value;
}
