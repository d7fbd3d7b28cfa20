using System.Runtime.InteropServices;
using System.Text;
using Agents.NodeAgent.Inventory;

namespace Agents.NodeAgent.Doctor;

/// <summary>What the kernel offers and allows.</summary>
internal static partial class KernelChecks
{
    private const string Behaviour = "all alarms about behaviour (escapes, system calls, processes, files); startup checks go on";
    private const string Btf = "/sys/kernel/btf/vmlinux";
    private const string Lockdown = "/sys/kernel/security/lockdown";

    /// <summary>BTF tracing programs, ring buffers and task storage together (docs/node-agent.md).</summary>
    private static readonly Version Oldest = new(5, 11);

    private static readonly (int Bit, string Name, string Use)[] Capabilities =
    [
        (PerfMon + 1, "CAP_BPF", "loading eBPF programs"),
        (PerfMon, "CAP_PERFMON", "attaching them to the kernel"),
        (19, "CAP_SYS_PTRACE", "reading executables and namespaces of other users' processes"),
        (2, "CAP_DAC_READ_SEARCH", "reading files of other users"),
    ];

    private const int SysAdmin = 21;
    private const int PerfMon = 38;

    [StructLayout(LayoutKind.Sequential)]
    private struct MapAttributes
    {
        public uint Type;
        public uint KeySize;
        public uint ValueSize;
        public uint Entries;
        public uint Flags;
    }

    public static IEnumerable<Finding> Run()
    {
        yield return Release(File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
        yield return File.Exists(Btf)
            ? new Finding("BTF", Verdict.Ok, Btf)
            : new Finding("BTF", Verdict.Fail, $"no {Btf}", "Use a kernel built with CONFIG_DEBUG_INFO_BTF.", Behaviour);
        yield return Bpf();
        yield return Rights(ProcessStatus.Parse(LinuxFiles.Read("/proc/self/status", 65_536) ?? []).CapEffective);
        yield return LockdownState(File.Exists(Lockdown) ? Text(Lockdown) : null);
        yield return Cgroups(Text("/proc/self/mountinfo") ?? "");
    }

    internal static Finding Release(string release)
    {
        string[] parts = release.Split('.', '-', '+');
        return parts.Length >= 2 && Version.TryParse($"{parts[0]}.{parts[1]}", out Version? version) && version < Oldest
            ? new Finding("kernel", Verdict.Fail, release, $"Use a kernel of {Oldest} or newer.", Behaviour)
            : new Finding("kernel", Verdict.Ok, release);
    }

    internal static Finding Rights(ulong effective)
    {
        // Before 5.8 all of it was CAP_SYS_ADMIN, which still includes the first two.
        string[] missing =
        [
            .. Capabilities.Where(one => !Has(effective, one.Bit) && !(one.Bit >= PerfMon && Has(effective, SysAdmin)))
                .Select(one => $"{one.Name} ({one.Use})"),
        ];
        if (missing.Length == 0) return new Finding("capabilities", Verdict.Ok, string.Join(", ", Capabilities.Select(one => one.Name)));
        bool blind = !Has(effective, SysAdmin) && !(Has(effective, PerfMon) && Has(effective, PerfMon + 1));
        return new Finding(
            "capabilities", blind ? Verdict.Fail : Verdict.Warn, $"missing: {string.Join(", ", missing)}",
            "Run the agent as root or grant them.",
            blind ? Behaviour : "executables and mounts of processes that already run, digests");
    }

    internal static Finding LockdownState(string? state) => state switch
    {
        null => new Finding("lockdown", Verdict.Ok, "not in this kernel"),
        _ when state.Contains("[confidentiality]", StringComparison.Ordinal) => new Finding(
            "lockdown", Verdict.Fail, "confidentiality", "Boot with lockdown=integrity or less: eBPF may not read kernel memory.",
                Behaviour),
        _ => new Finding("lockdown", Verdict.Ok, state.Contains("[integrity]", StringComparison.Ordinal) ? "integrity" : "none"),
    };

    internal static Finding Cgroups(string mountinfo)
    {
        bool unified = mountinfo.Contains(" - cgroup2 ", StringComparison.Ordinal);
        bool legacy = mountinfo.Contains(" - cgroup ", StringComparison.Ordinal);
        if (!unified && !legacy)
            return new Finding("cgroups", Verdict.Fail, "not mounted", "Mount /sys/fs/cgroup.", "which container a process is in");
        return new Finding("cgroups", Verdict.Ok, unified && legacy ? "version 1 and 2 (hybrid)" : unified ? "version 2" : "version 1");
    }

    /// <summary>Makes and drops a map of one element: the least that bpf(2) can be asked for.</summary>
    private static Finding Bpf()
    {
        var map = new MapAttributes { Type = 2, KeySize = 4, ValueSize = 4, Entries = 1 };
        long number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321;
        long descriptor = BpfCall(number, 0, ref map, (uint)Marshal.SizeOf<MapAttributes>());
        if (descriptor < 0)
        {
            string reason = Marshal.GetLastPInvokeErrorMessage();
            return new Finding("bpf", Verdict.Fail, $"refused: {reason}", "Allow bpf(2): capabilities, seccomp profile, kernel.",
                Behaviour);
        }

        new Microsoft.Win32.SafeHandles.SafeFileHandle((nint)descriptor, ownsHandle: true).Dispose();
        return new Finding("bpf", Verdict.Ok, "allowed");
    }

    private static bool Has(ulong set, int bit) => (set & (1UL << bit)) != 0;

    private static string? Text(string path) => LinuxFiles.Read(path, 1 << 20) is { } content ? Encoding.UTF8.GetString(content) : null;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long BpfCall(long number, int command, ref MapAttributes attributes, uint size);
}
