using Pipeline.Domain.Containers;
using Testing.Scripts;

namespace Testing.Truth;

/// <summary>A container that something is done in, and in which nothing else happens, so that it is known what there is to find.</summary>
/// <param name="Pid">The first of a hundred process ids that are its own.</param>
internal sealed record Victim(string Node, string Id, string Name, int Pid)
{
    public uint MountNs => 4_026_600_000 + (uint)Pid;

    /// <summary>The first of its mounts; ids are unique on a node.</summary>
    public int Mount => 10_000 + Pid;

    public ContainerSpec Plain => Some.PlainSpec(Name);

    /// <summary>A process of it that has always been there.</summary>
    public ScriptedTask Task(int process = 0, string exe = "/bin/app") => new()
    {
        Container = Id,
        Tgid = Pid + process,
        MountNs = MountNs,
        ExePath = exe,
    };

    public ExpectedAlarm Suffers(string rule, long occurrences = 1, bool confirmed = false) => new(rule, Node, Id, Name, occurrences,
        confirmed);
}
