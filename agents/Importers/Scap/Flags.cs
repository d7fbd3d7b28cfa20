namespace Agents.Importers.Scap;

/// <summary>
/// The format has flags of its own, the same on every architecture. Here they become the kernel's (x86_64, asm-generic headers).
/// </summary>
internal static class Flags
{
    private static readonly (long Own, long Kernel)[] OpenFlags =
    [
        (1 << 2, 0x40), (1 << 3, 0x400), (1 << 4, 0x1000), (1 << 5, 0x80), (1 << 6, 0x800), (1 << 7, 0x101000), (1 << 8, 0x200),
        (1 << 9, 0x4000),
        (1 << 10, 0x10000), (1 << 11, 0x8000), (1 << 12, 0x80000), (1 << 13, 0x410000),
    ];

    private static readonly (long Own, long Kernel)[] CloneFlags =
    [
        (1 << 0, 0x400), (1 << 1, 0x200), (1 << 2, 0x80000000), (1 << 3, 0x08000000), (1 << 4, 0x40000000), (1 << 5, 0x00020000),
        (1 << 6, 0x20000000),
        (1 << 7, 0x04000000), (1 << 8, 0x8000), (1 << 9, 0x00100000), (1 << 10, 0x2000), (1 << 11, 0x800), (1 << 12, 0x40000),
        (1 << 13, 0x10000),
        (1 << 14, 0x00800000), (1 << 15, 0x100), (1 << 20, 0x10000000), (1 << 23, 0x00200000), (1 << 24, 0x01000000), (1 << 25, 0x00080000),
        (1 << 27, 0x4000), (1 << 28, 0x02000000),
    ];

    /// <summary>Requests of ptrace(2) by the format's number; 0 is one that it does not know.</summary>
    private static readonly int[] PtraceRequests =
    [
        -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 24, 0x4200, 0x4201, 0x4202, 0x4203, 0x4204, 0x4205, 0x4206, 0x4207, 0x4208, 0x4209,
        0x420A, 0x420B,
        12, 13, 14, 15, 18, 19, 21, 25, 26, 30, 31, 32, 33,
    ];

    /// <summary>CLONE_THREAD in the format's own flags.</summary>
    public const long OwnThread = 1 << 13;

    /// <summary>CLONE_FILES in the format's own flags.</summary>
    public const long OwnFiles = 1 << 0;

    /// <summary>open(2) flags. The two lowest bits say reading and writing; the kernel counts access modes instead.</summary>
    public static long Open(long own) => Translate(own, OpenFlags) | (own & 3) switch
    {
        2 => 1L,
        3 => 2L,
        _ => 0L,
    };

    public static long Clone(long own) => Translate(own, CloneFlags);

    public static long Ptrace(long own) => own >= 0 && own < PtraceRequests.Length ? PtraceRequests[own] : -1;

    private static long Translate(long own, (long Own, long Kernel)[] flags)
    {
        long kernel = 0;
        foreach ((long bit, long value) in flags)
        {
            if ((own & bit) != 0) kernel |= value;
        }

        return kernel;
    }
}
