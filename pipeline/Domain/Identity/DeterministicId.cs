using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Domain.Identity;

/// <summary>
/// Ids that are hashes of what they name, so that processing the same log twice meets the same ids: the first 16 bytes of SHA-256 over the
/// parts, each as UTF-8 with its length before it (so that no two lists of parts give the same bytes), marked as an RFC 9562 version 8 UUID.
/// </summary>
public static class DeterministicId
{
    public static Guid From(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (string part in parts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }
}
