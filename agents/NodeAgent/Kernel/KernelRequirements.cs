using System.Globalization;
using System.Runtime.InteropServices;

namespace Agents.NodeAgent.Kernel;

/// <summary>What watching the kernel needs, checked before it is tried, so that what is missing can be named.</summary>
internal static class KernelRequirements
{
    private const int CapSysAdmin = 21;
    private const int CapPerfmon = 38;
    private const int CapBpf = 39;
    private const string TypeInformation = "/sys/kernel/btf/vmlinux";

    /// <exception cref="KernelUnavailableException">Something is missing.</exception>
    public static void Check()
    {
        if (RuntimeInformation.OSArchitecture != Architecture.X64)
            throw new KernelUnavailableException($"the eBPF programs are for x86_64; this machine is {RuntimeInformation.OSArchitecture}");
        if (!File.Exists(TypeInformation))
            throw new KernelUnavailableException($"the kernel has no type information ({TypeInformation}; CONFIG_DEBUG_INFO_BTF)");
        if (!HasRights(EffectiveCapabilities()))
            throw new KernelUnavailableException("loading eBPF programs needs CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON");
    }

    /// <summary>The inode of a namespace of the host; that of our own where process 1 does not show its.</summary>
    /// <param name="kind">mnt or pid.</param>
    public static uint HostNamespace(string kind) => Namespace($"/proc/1/ns/{kind}") ?? Namespace($"/proc/self/ns/{kind}") ?? 0;

    private static uint? Namespace(string path)
    {
        try
        {
            // mnt:[4026531832]
            string? target = new FileInfo(path).LinkTarget;
            int open = target?.IndexOf('[', StringComparison.Ordinal) ?? -1;
            return open < 0 ? null : uint.Parse(target.AsSpan()[(open + 1)..].TrimEnd(']'), CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static bool HasRights(ulong effective) =>
        (effective & (1UL << CapSysAdmin)) != 0 || ((effective & (1UL << CapBpf)) != 0 && (effective & (1UL << CapPerfmon)) != 0);

    private static ulong EffectiveCapabilities()
    {
        const string Field = "CapEff:";
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return ulong.Parse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
