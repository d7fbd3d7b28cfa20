using System.Globalization;
using System.Text;
using Agents.NodeAgent.Kernel.Ring;

namespace Agents.NodeAgent.Kernel.Events;

/// <summary>Makes paths of what the programs collect: names from the leaf up to the root, and arguments.</summary>
internal static class RecordPath
{
    /// <summary>Longest path made, in bytes: what the texts of a record can hold.</summary>
    public const int Longest = 8 * 1024;

    private const uint SocketFs = 0x534f434b;
    private const uint PipeFs = 0x50495045;
    private const uint NamespaceFs = 0x6e736673;
    private const uint AnonymousInodeFs = 0x09041934;

    /// <summary>Writes an absolute path; gives its length. The root itself has no names.</summary>
    /// <param name="names">From the leaf up, each ended by NUL (the last may be cut short).</param>
    public static int Write(ReadOnlySpan<byte> names, Span<byte> into)
    {
        int used = 0;
        ReadOnlySpan<byte> rest = names;
        if (rest.Length > 0 && rest[^1] == 0) rest = rest[..^1];
        while (rest.Length > 0)
        {
            int start = rest.LastIndexOf((byte)0) + 1;
            ReadOnlySpan<byte> name = rest[start..];
            rest = rest[..Math.Max(0, start - 1)];
            if (name.IsEmpty) continue;
            if (used + name.Length + 1 > into.Length) break;
            into[used++] = (byte)'/';
            name.CopyTo(into[used..]);
            used += name.Length;
        }

        if (used == 0) into[used++] = (byte)'/';
        return used;
    }

    /// <summary>
    /// Writes the path of an argument that starts from a directory, without "." and ".." and doubled slashes; gives its length.
    /// Symbolic links in the argument are not
    /// followed: the kernel has no name for what a call has removed or not opened.
    /// </summary>
    public static int Write(ReadOnlySpan<byte> directoryNames, ReadOnlySpan<byte> argument, Span<byte> into)
    {
        int used = Write(directoryNames, into);
        if (used == 1) used = 0;
        foreach (Range part in argument.Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = argument[part];
            if (name.IsEmpty || name.SequenceEqual("."u8)) continue;
            if (name.SequenceEqual(".."u8))
            {
                used = Math.Max(0, into[..used].LastIndexOf((byte)'/'));
                continue;
            }

            if (used + name.Length + 1 > into.Length) break;
            into[used++] = (byte)'/';
            name.CopyTo(into[used..]);
            used += name.Length;
        }

        if (used == 0) into[used++] = (byte)'/';
        return used;
    }

    /// <summary>Writes what /proc/PID/fd would show for a file that has no path; gives its length, 0 for files that have one.</summary>
    public static int WriteNameless(in RingFile file, ReadOnlySpan<byte> names, Span<byte> into)
    {
        string? kind = file.Magic switch
        {
            SocketFs => "socket",
            PipeFs => "pipe",
            NamespaceFs => "ns",
            AnonymousInodeFs => "anon_inode",
            _ => null,
        };
        if (kind is null) return 0;
        string text = file.Magic == AnonymousInodeFs
            ? $"{kind}:{Encoding.UTF8.GetString(names).TrimEnd('\0')}"
            : string.Create(CultureInfo.InvariantCulture, $"{kind}:[{file.Inode}]");
        return Encoding.UTF8.GetBytes(text, into);
    }
}
