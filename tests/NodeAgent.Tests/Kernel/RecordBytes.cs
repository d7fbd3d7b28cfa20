using System.Runtime.InteropServices;
using Agents.NodeAgent.Kernel.Ring;

namespace NodeAgent.Tests.Kernel;

/// <summary>Records as the programs write them.</summary>
internal static class RecordBytes
{
    public const uint HostMountNs = 1;
    public const uint HostPidNs = 2;
    public const ulong Container = 77;

    /// <summary>A record of a process 100 in the container, with its texts in their order; missing ones are empty.</summary>
    public static byte[] Of(RecordKind kind, long at, Change? change = null, params string[] texts)
    {
        var record = new RingRecord
        {
            At = at,
            Kind = kind,
            Count = 1,
            FirstAt = at,
            Task = new RingTask
            {
                Tgid = 100,
                Tid = 100,
                Start = 5,
                ParentTgid = 50,
                NamespaceTgid = 7,
                PidNs = 9,
                MountNs = 8,
                Container = Container,
                Cgroup = Container
            },
        };
        change?.Invoke(ref record);
        byte[] content = [.. texts.SelectMany(System.Text.Encoding.UTF8.GetBytes)];
        for (int i = 0; i < texts.Length; i++) record.Lengths[i] = (ushort)System.Text.Encoding.UTF8.GetByteCount(texts[i]);
        return [.. MemoryMarshal.AsBytes(new ReadOnlySpan<RingRecord>(in record)), .. content];
    }

    public delegate void Change(ref RingRecord record);
}
