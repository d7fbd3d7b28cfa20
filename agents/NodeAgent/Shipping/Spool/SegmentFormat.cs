using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Shipping.Spool;

/// <summary>The first bytes of a segment.</summary>
/// <param name="Number">Place among the segments; counts up.</param>
/// <param name="EventsBefore">Events in all segments before it, so that the events of a damaged segment can be counted by its
/// successor.</param>
/// <param name="First">Sequence number of its first event.</param>
/// <param name="Scope">Node and boot of all its events.</param>
internal sealed record SegmentHeader(long Number, long EventsBefore, long First, NodeBoot Scope);

/// <summary>
/// Bytes of a segment, little-endian. Header and records are frames alike: length of the body (4), CRC-32C over length and body (4), body.
/// The body of a record is the message's first number (8), events (4), its kinds (2 + text), the losses it reports (2 + 25 each) and the
/// message itself.
/// </summary>
internal static class SegmentFormat
{
    /// <summary>Bytes before a frame's body.</summary>
    public const int FrameBytes = 8;

    /// <summary>No message or header is longer; a larger length is damage.</summary>
    public const int MostBodyBytes = 64 * 1024 * 1024;

    /// <summary>What a record may take beyond its message: 1,024 reported losses and the names of all kinds.</summary>
    public const int MostOverheadBytes = 32 * 1024;

    private const int Version = 1;

    public static void Write(SegmentHeader header, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        output.Advance(Reserve(output, FrameBytes));
        Long(output, Version);
        Long(output, header.Number);
        Long(output, header.EventsBefore);
        Long(output, header.First);
        Word(output, header.Scope.Node.Value);
        Word(output, header.Scope.Boot.Value);
        Seal(output);
    }

    public static void Write(OutgoingBatch batch, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        output.Advance(Reserve(output, FrameBytes));
        Long(output, batch.First);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), batch.Count);
        output.Advance(sizeof(int));
        Word(output, batch.Kinds);
        Short(output, batch.Reports.Length);
        foreach (LostRange report in batch.Reports)
        {
            output.Write([(byte)report.Cause]);
            Long(output, report.Count);
            Long(output, report.First);
            Long(output, report.Last);
        }

        output.Write(batch.Value);
        Seal(output);
    }

    /// <summary>
    /// Length of the frame's body, when <paramref name="frame"/> (its first eight bytes) can be that of a frame in a file with this much
    /// left.
    /// </summary>
    public static int? BodyLength(ReadOnlySpan<byte> frame, long left)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        return length is > 0 and <= MostBodyBytes && FrameBytes + length <= left ? (int)length : null;
    }

    /// <summary>True when the whole frame is as it was written.</summary>
    public static bool IsSound(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> body) =>
        BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) == Checksum(frame, body);

    /// <summary>Null when another version wrote it.</summary>
    public static SegmentHeader? ReadHeader(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body);
        if (reader.Long() != Version) return null;
        (long number, long before, long first) = (reader.Long(), reader.Long(), reader.Long());
        return new SegmentHeader(number, before, first, new NodeBoot(new NodeId(reader.Word()), new BootId(reader.Word())));
    }

    public static OutgoingBatch ReadRecord(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body);
        long first = reader.Long();
        int count = reader.Int();
        string kinds = reader.Word();
        var reports = ImmutableArray.CreateBuilder<LostRange>(reader.Short());
        for (int i = 0; i < reports.Capacity; i++)
            reports.Add(new LostRange((LossCause)reader.Byte(), reader.Long(), reader.Long(), reader.Long()));
        return new OutgoingBatch(first, count, reader.Rest.ToArray(), kinds, reports.MoveToImmutable());
    }

    private static void Seal(ArrayBufferWriter<byte> output)
    {
        Span<byte> frame = MemoryMarshal.AsMemory(output.WrittenMemory).Span;
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - FrameBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(frame, frame[FrameBytes..]));
    }

    private static uint Checksum(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> body) => Crc32C.Of(body, Crc32C.Of(frame[..4]));

    private static int Reserve(ArrayBufferWriter<byte> output, int bytes)
    {
        output.GetSpan(bytes)[..bytes].Clear();
        return bytes;
    }

    private static void Long(ArrayBufferWriter<byte> output, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    private static void Short(ArrayBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(sizeof(ushort)), checked((ushort)value));
        output.Advance(sizeof(ushort));
    }

    private static void Word(ArrayBufferWriter<byte> output, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Short(output, utf8.Length);
        output.Write(utf8);
    }

    private ref struct SpanReader(ReadOnlySpan<byte> body)
    {
        public ReadOnlySpan<byte> Rest { get; private set; } = body;

        public byte Byte() => Take(1)[0];

        public ushort Short() => BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)));

        public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

        public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

        public string Word() => Encoding.UTF8.GetString(Take(Short()));

        private ReadOnlySpan<byte> Take(int bytes)
        {
            ReadOnlySpan<byte> taken = Rest[..bytes];
            Rest = Rest[bytes..];
            return taken;
        }
    }
}
