using System.Buffers.Text;
using System.Globalization;

namespace Agents.NodeAgent.Inventory;

/// <summary>What /proc/PID/status says of identity and rights (proc(5)). Lines that an old kernel does not have leave zero.</summary>
internal readonly record struct ProcessStatus
{
    public uint Uid { get; private init; }

    public uint EffectiveUid { get; private init; }

    public uint Gid { get; private init; }

    public uint EffectiveGid { get; private init; }

    /// <summary>The process's id in its own pid namespace.</summary>
    public int NamespaceTgid { get; private init; }

    public ulong CapPermitted { get; private init; }

    public ulong CapEffective { get; private init; }

    public bool NoNewPrivileges { get; private init; }

    public byte SeccompMode { get; private init; }

    public static ProcessStatus Parse(ReadOnlySpan<byte> content)
    {
        var status = default(ProcessStatus);
        foreach (Range range in content.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = content[range];
            int colon = line.IndexOf((byte)':');
            if (colon < 0) continue;
            // The kernel escapes newlines in the name, which is the only line that a process can choose.
            ReadOnlySpan<byte> value = line[(colon + 1)..].Trim("\t "u8);
            status = line[..colon] switch
            {
                [(byte)'U', (byte)'i', (byte)'d'] => status with { Uid = Word(value, 0), EffectiveUid = Word(value, 1) },
                [(byte)'G', (byte)'i', (byte)'d'] => status with { Gid = Word(value, 0), EffectiveGid = Word(value, 1) },
                var name when name.SequenceEqual("NStgid"u8) => status with { NamespaceTgid = (int)Word(value, value.Count((byte)'\t')) },
                var name when name.SequenceEqual("CapPrm"u8) => status with { CapPermitted = Mask(value) },
                var name when name.SequenceEqual("CapEff"u8) => status with { CapEffective = Mask(value) },
                var name when name.SequenceEqual("NoNewPrivs"u8) => status with { NoNewPrivileges = Word(value, 0) != 0 },
                var name when name.SequenceEqual("Seccomp"u8) => status with { SeccompMode = (byte)Word(value, 0) },
                _ => status,
            };
        }

        return status;
    }

    private static uint Word(ReadOnlySpan<byte> value, int position)
    {
        int at = 0;
        foreach (Range word in value.Split((byte)'\t'))
        {
            if (at++ == position) return Utf8Parser.TryParse(value[word], out uint number, out _) ? number : 0;
        }

        return 0;
    }

    private static ulong Mask(ReadOnlySpan<byte> value) =>
        ulong.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mask) ? mask : 0;
}
