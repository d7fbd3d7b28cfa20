namespace Agents.NodeAgent.Kernel.Events;

/// <summary>Gives the texts behind the numbers that the programs use for containers and cgroups.</summary>
internal interface IContainerNames
{
    /// <summary>Id of the container whose own cgroup has this id; empty when it is not known.</summary>
    ReadOnlyMemory<byte> Container(ulong cgroup);

    /// <summary>Path of the cgroup from the root of its hierarchy; empty when it is not known.</summary>
    ReadOnlyMemory<byte> Path(ulong cgroup);
}

/// <summary>Looks them up in the programs' maps, once each. Not thread-safe.</summary>
internal sealed unsafe class ContainerNames(int containers, int cgroups) : IContainerNames
{
    /// <summary>struct container and struct cgroup_facts of bpf/containers.h.</summary>
    private const int IdBytes = 160;
    private const int ContainerSize = IdBytes + sizeof(long);
    private const int PathBytes = 1024;
    private const int LengthAt = 8;
    private const int PathAt = 16;
    private const int CgroupSize = PathAt + PathBytes;

    /// <summary>More than containers of a node; when it is reached, all are looked up again.</summary>
    private const int Most = 16_384;

    private readonly Dictionary<ulong, ReadOnlyMemory<byte>> _containers = [];
    private readonly Dictionary<ulong, ReadOnlyMemory<byte>> _paths = [];

    public ReadOnlyMemory<byte> Container(ulong cgroup)
    {
        if (cgroup == 0) return default;
        if (_containers.TryGetValue(cgroup, out ReadOnlyMemory<byte> known)) return known;
        byte* value = stackalloc byte[ContainerSize];
        if (Libbpf.Lookup(containers, &cgroup, value) != 0) return default;
        return Keep(_containers, cgroup, new ReadOnlySpan<byte>(value, IdBytes).TrimEnd((byte)0).ToArray());
    }

    public ReadOnlyMemory<byte> Path(ulong cgroup)
    {
        if (_paths.TryGetValue(cgroup, out ReadOnlyMemory<byte> known)) return known;
        byte* value = stackalloc byte[CgroupSize];
        // What the programs have not met they may meet yet, when a runtime goes through the hierarchies.
        if (Libbpf.Lookup(cgroups, &cgroup, value) != 0) return default;
        int length = Math.Min(*(int*)(value + LengthAt), PathBytes);
        Span<byte> path = stackalloc byte[PathBytes + 1];
        return Keep(_paths, cgroup, path[..RecordPath.Write(new ReadOnlySpan<byte>(value + PathAt, length), path)].ToArray());
    }

    private static byte[] Keep(Dictionary<ulong, ReadOnlyMemory<byte>> texts, ulong key, byte[] text)
    {
        if (texts.Count >= Most) texts.Clear();
        texts[key] = text;
        return text;
    }
}
