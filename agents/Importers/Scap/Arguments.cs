namespace Agents.Importers.Scap;

/// <summary>Argument lists: sensors write the first apart from the others.</summary>
internal static class Arguments
{
    /// <param name="rest">The arguments behind the first, each ended by NUL, or the last not.</param>
    /// <returns>All, each ended by NUL, as in /proc/PID/cmdline.</returns>
    public static byte[] Join(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        bool ended = rest.IsEmpty || rest[^1] == 0;
        byte[] joined = new byte[first.Length + 1 + rest.Length + (ended ? 0 : 1)];
        first.CopyTo(joined);
        rest.CopyTo(joined.AsSpan(first.Length + 1));
        return joined;
    }
}
