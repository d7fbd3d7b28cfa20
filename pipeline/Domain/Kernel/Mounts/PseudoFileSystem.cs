namespace Pipeline.Domain.Kernel.Mounts;

/// <summary>
/// File systems that are interfaces of the kernel and hold nobody's files, by their names in mountinfo and by their magic numbers of
/// statfs(2) (linux/magic.h). devtmpfs has tmpfs's number and is known by its name alone.
/// </summary>
internal static class PseudoFileSystem
{
    private static readonly (string Name, uint Magic, string UsualPoint)[] Known =
    [
        ("proc", 0x9fa0, "/proc"), ("sysfs", 0x62656572, "/sys"), ("cgroup", 0x27e0eb, "/sys/fs/cgroup"),
        ("cgroup2", 0x63677270, "/sys/fs/cgroup"), ("debugfs", 0x64626720, "/sys/kernel/debug"),
        ("tracefs", 0x74726163, "/sys/kernel/tracing"), ("binfmt_misc", 0x42494e4d, "/proc/sys/fs/binfmt_misc"),
        ("securityfs", 0x73636673, "/sys/kernel/security"), ("bpf", 0xcafe4a11, "/sys/fs/bpf"), ("configfs", 0x62656570, "/sys/kernel/config"),
        ("efivarfs", 0xde5e81e4, "/sys/firmware/efi/efivars"), ("pstore", 0x6165676c, "/sys/fs/pstore"),
        ("selinuxfs", 0xf97cff8c, "/sys/fs/selinux"), ("devpts", 0x1cd1, "/dev/pts"), ("devtmpfs", 0, "/dev"),
    ];

    /// <summary>pipefs, sockfs, anon_inodefs and nsfs: no path leads to what is in them.</summary>
    public static string? Nameless(uint magic) => magic switch
    {
        0x50495045 => "pipefs",
        0x534f434b => "sockfs",
        0x09041934 => "anon_inodefs",
        0x6e736673 => "nsfs",
        _ => null,
    };

    public static bool Is(string name) => Array.Exists(Known, k => k.Name == name);

    public static string? Named(uint magic) => magic == 0 ? null : Array.Find(Known, k => k.Magic == magic).Name;

    /// <summary>
    /// Path from the root of a file system whose mount is not known, if it is mounted where the runtime specification (config-linux,
    /// default file systems) and the kernel's documentation want it; empty otherwise.
    /// </summary>
    public static string UsualPathIn(string name, string path)
    {
        string point = Array.Find(Known, k => k.Name == name).UsualPoint;
        return MountPath.Covers(point, path) ? "/" + MountPath.Below(point, path) : "";
    }

    /// <summary>
    /// The file system that a container has at a path for want of better knowledge: every one has proc and sysfs, nothing else is certain.
    /// </summary>
    public static string? UsuallyAt(string path) =>
        MountPath.Covers("/proc", path) ? "proc" : MountPath.Covers("/sys", path) ? "sysfs" : null;
}
