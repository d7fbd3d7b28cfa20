using System.Buffers;

namespace Agents.Importers;

/// <summary>
/// The container that a cgroup path names: the outermost part that ends in 64 hexadecimal digits, alone or behind an engine's prefix.
/// Monitors of a container (conmon) are not in it.
/// </summary>
internal static class CgroupContainer
{
    private const int IdLength = 64;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789abcdef"u8);

    private static readonly (byte[] Mark, string Runtime)[] Runtimes =
    [
        ("cri-containerd"u8.ToArray(), "containerd"),
        ("libpod"u8.ToArray(), "podman"),
        ("crio"u8.ToArray(), "cri-o"),
        ("docker"u8.ToArray(), "docker"),
    ];

    /// <param name="path">A cgroup's path from the root of its hierarchy.</param>
    /// <returns>The id's digits within <paramref name="path"/>; empty when it names no container.</returns>
    public static ReadOnlySpan<byte> IdIn(ReadOnlySpan<byte> path)
    {
        foreach (Range range in path.Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = path[range];
            if (part.EndsWith(".scope"u8)) part = part[..^".scope"u8.Length];
            if (part.Length < IdLength || part.StartsWith("crio-conmon-"u8) || part.StartsWith("libpod-conmon-"u8)) continue;
            ReadOnlySpan<byte> id = part[^IdLength..];
            bool begins = part.Length == IdLength || part[^(IdLength + 1)] is (byte)'-' or (byte)':';
            if (begins && !id.ContainsAnyExcept(Digits)) return id;
        }

        return default;
    }

    /// <summary>The engine whose naming the path follows; empty when it is not known.</summary>
    public static string RuntimeIn(ReadOnlySpan<byte> path)
    {
        foreach ((byte[] mark, string runtime) in Runtimes)
        {
            if (path.IndexOf(mark) >= 0) return runtime;
        }

        return "";
    }

    /// <summary>Whether the path is that of an engine's own executable. By name: a recording does not have device and inode.</summary>
    public static bool IsRuntime(ReadOnlySpan<byte> executable)
    {
        ReadOnlySpan<byte> name = executable[(executable.LastIndexOf((byte)'/') + 1)..];
        return name.SequenceEqual("runc"u8) || name.SequenceEqual("crun"u8) || name.SequenceEqual("docker-runc"u8)
            || executable.SequenceEqual("/proc/self/exe"u8) || name.StartsWith("memfd:runc_cloned:"u8);
    }
}
