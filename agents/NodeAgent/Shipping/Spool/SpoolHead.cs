using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Agents.NodeAgent.Shipping.Spool;

/// <summary>How far the spool has been delivered.</summary>
/// <param name="Segment">Number of the segment.</param>
/// <param name="Offset">Where its first undelivered record begins.</param>
/// <param name="Delivered">Events in all records before that, as <see cref="SegmentHeader.EventsBefore"/> counts them.</param>
internal readonly record struct HeadMark(long Segment, long Offset, long Delivered);

/// <summary>
/// Remembers the mark from one run to the next in a small file that is written over and never forced to the disk: a mark that is old, torn
/// or missing only means that messages are sent twice, and readers drop the second by its numbers.
/// </summary>
internal sealed class SpoolHead(string path) : IDisposable
{
    private const int Bytes = 28;

    private SafeFileHandle? _file;
    private HeadMark _written;

    public HeadMark? Read()
    {
        try
        {
            byte[] content = File.ReadAllBytes(path);
            if (content.Length != Bytes) return null;
            if (BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(24)) != Crc32C.Of(content.AsSpan(0, 24))) return null;
            return new HeadMark(Number(content, 0), Number(content, 8), Number(content, 16));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(HeadMark mark)
    {
        if (mark == _written) return;
        Span<byte> content = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(content, mark.Segment);
        BinaryPrimitives.WriteInt64LittleEndian(content[8..], mark.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(content[16..], mark.Delivered);
        BinaryPrimitives.WriteUInt32LittleEndian(content[24..], Crc32C.Of(content[..24]));
        try
        {
            _file ??= File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read | FileShare.Delete);
            RandomAccess.Write(_file, content, 0);
            _written = mark;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // As with an old mark.
        }
    }

    public void Dispose() => _file?.Dispose();

    private static long Number(byte[] content, int at) => BinaryPrimitives.ReadInt64LittleEndian(content.AsSpan(at));
}
