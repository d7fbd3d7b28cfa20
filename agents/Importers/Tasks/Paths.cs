namespace Agents.Importers;

/// <summary>Paths by their text alone; symlinks are not known from a recording and so not followed.</summary>
internal static class Paths
{
    /// <summary>
    /// <paramref name="path"/> seen from <paramref name="directory"/>, without ".", ".." and doubled slashes. A relative path with an
    /// unknown directory stays relative.
    /// </summary>
    public static byte[] Resolve(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || (path[0] != (byte)'/' && (directory.IsEmpty || directory[0] != (byte)'/'))) return path.ToArray();
        byte[] resolved = new byte[directory.Length + path.Length + 2];
        int length = 0;
        if (path[0] != (byte)'/') Append(directory, resolved, ref length);
        Append(path, resolved, ref length);
        if (length == 0) resolved[length++] = (byte)'/';
        return resolved[..length];
    }

    private static void Append(ReadOnlySpan<byte> path, byte[] resolved, ref int length)
    {
        foreach (Range range in path.Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = path[range];
            if (part.IsEmpty || part.SequenceEqual("."u8)) continue;
            if (part.SequenceEqual(".."u8))
            {
                length = Math.Max(0, resolved.AsSpan(0, length).LastIndexOf((byte)'/'));
                continue;
            }

            resolved[length++] = (byte)'/';
            part.CopyTo(resolved.AsSpan(length));
            length += part.Length;
        }
    }
}
