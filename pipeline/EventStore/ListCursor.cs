using System.Buffers.Binary;
using System.Buffers.Text;

namespace Pipeline.EventStore;

/// <summary>
/// A place in the alarm list: just after (stored_at, id) in descending order. Both never change once an alarm is stored, so a page begins
/// where the last one
/// ended whatever arrives meanwhile. Written as base64url of a version byte, microseconds since 1970, and the id.
/// </summary>
internal readonly record struct ListCursor(DateTime StoredAt, Guid Id)
{
    private const byte Version = 1;
    private const int Length = 1 + sizeof(long) + 16;
    private static readonly long LastMicroseconds = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public string Written()
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], (StoredAt - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        Id.TryWriteBytes(bytes[9..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <returns>False when the text is not a cursor of ours.</returns>
    public static bool TryRead(string text, out ListCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.TryDecodeFromChars(text, bytes, out int written) || written != Length)
            return false;
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        if (bytes[0] != Version || microseconds < 0 || microseconds > LastMicroseconds) return false;
        cursor =
            new ListCursor(DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond), new Guid(bytes[9..], bigEndian: true));
        return true;
    }
}
