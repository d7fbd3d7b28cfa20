using System.Buffers.Text;

namespace Agents.NodeAgent.Inventory;

/// <summary>
/// A row of a mount namespace's table, /proc/PID/mountinfo (proc(5)). Texts are bytes as the kernel has them: they come from containers and
/// need not be UTF-8.
/// </summary>
internal sealed record MountRow
{
    /// <summary>Nine, and a tag of each kind that there is (four); room for more.</summary>
    private const int MostFields = 32;

    public required int MountId { get; init; }

    public required int ParentId { get; init; }

    /// <summary>makedev(major, minor).</summary>
    public required ulong Device { get; init; }

    public required byte[] Root { get; init; }

    public required byte[] MountPoint { get; init; }

    public required byte[] FileSystem { get; init; }

    public required byte[] Source { get; init; }

    /// <summary>Options of the mount, then those of its file system, separated by a comma; duplicates stay.</summary>
    public required byte[] Options { get; init; }

    /// <summary>Reads a table; rows that are not of the form are passed over, and no more than <paramref name="most"/> are read.</summary>
    public static List<MountRow> ParseTable(ReadOnlySpan<byte> content, int most)
    {
        var rows = new List<MountRow>();
        foreach (Range line in content.Split((byte)'\n'))
        {
            if (rows.Count == most) break;
            if (Parse(content[line]) is { } row) rows.Add(row);
        }

        return rows;
    }

    /// <summary>Null when the line is not of the form.</summary>
    public static MountRow? Parse(ReadOnlySpan<byte> line)
    {
        // Six fields, any number of tags, a hyphen, three fields. A space within a field is written \040.
        Span<Range> fields = stackalloc Range[MostFields];
        int count = 0;
        foreach (Range field in line.Split((byte)' '))
        {
            if (count == MostFields) return null;
            fields[count++] = field;
        }

        int hyphen = -1;
        for (int i = 6; i < count && hyphen < 0; i++)
        {
            if (line[fields[i]].SequenceEqual("-"u8)) hyphen = i;
        }

        if (hyphen < 0 || hyphen + 3 >= count) return null;
        if (!TryNumber(line[fields[0]], out int id) || !TryNumber(line[fields[1]], out int parent)) return null;
        if (!TryDevice(line[fields[2]], out ulong device)) return null;
        return new MountRow
        {
            MountId = id,
            ParentId = parent,
            Device = device,
            Root = Unescape(line[fields[3]]),
            MountPoint = Unescape(line[fields[4]]),
            FileSystem = Unescape(line[fields[hyphen + 1]]),
            Source = Unescape(line[fields[hyphen + 2]]),
            Options = [.. line[fields[5]], (byte)',', .. Unescape(line[fields[hyphen + 3]])],
        };
    }

    /// <summary>Device number as stat(2) shows it.</summary>
    public static ulong DeviceNumber(uint major, uint minor) =>
        ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8) | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff);

    /// <summary>Undoes the kernel's escapes: a backslash and three octal digits (seq_escape: space, tab, newline, backslash, #).</summary>
    internal static byte[] Unescape(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'\\')) return text.ToArray();
        var plain = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && Octal(text[(i + 1)..(i + 4)]) is { } value)
            {
                plain.Add(value);
                i += 3;
            }
            else
            {
                plain.Add(text[i]);
            }
        }

        return [.. plain];
    }

    private static byte? Octal(ReadOnlySpan<byte> digits)
    {
        int value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7') return null;
            value = value * 8 + (digit - '0');
        }

        return value <= byte.MaxValue ? (byte)value : null;
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out int value) =>
        Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;

    private static bool TryDevice(ReadOnlySpan<byte> text, out ulong device)
    {
        device = 0;
        int colon = text.IndexOf((byte)':');
        if (colon < 0 || !TryNumber(text[..colon], out int major) || !TryNumber(text[(colon + 1)..], out int minor)) return false;
        device = DeviceNumber((uint)major, (uint)minor);
        return true;
    }
}
