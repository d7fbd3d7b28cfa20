using System.Buffers;
using System.Text;
using DevBroker.Protocol;

namespace DevBroker.Tests;

/// <summary>Record batches as a client would send them.</summary>
internal static class BatchBuilder
{
    public static byte[] Batch(
        IReadOnlyList<(string? Key, string? Value)> records,
        long timestamp = 1000,
        Codec codec = Codec.None,
        long producerId = -1,
        short epoch = -1,
        int sequence = -1)
    {
        var plain = new ArrayBufferWriter<byte>();
        for (int i = 0; i < records.Count; i++) plain.Write(Record(records[i].Key, records[i].Value, i));
        byte[] body = Compression.Compress(codec, plain.WrittenSpan);
        var bytes = new byte[RecordBatch.HeaderBytes + body.Length];
        body.CopyTo(bytes, RecordBatch.HeaderBytes);
        new RecordBatch(
            0, bytes.Length, -1, 2, 0, (short)codec, records.Count - 1, timestamp, timestamp + records.Count - 1, producerId, epoch, sequence, records.Count).Write(bytes);
        return bytes;
    }

    /// <summary>A batch of so many records whose values are numbers from <paramref name="first"/> on.</summary>
    public static byte[] Numbers(int first, int count, long timestamp = 1000, long producerId = -1, short epoch = -1, int sequence = -1) =>
        Batch([.. Enumerable.Range(first, count).Select(i => ((string?)$"k{i}", (string?)$"{i}"))], timestamp, Codec.None, producerId, epoch, sequence);

    private static byte[] Record(string? key, string? value, int index)
    {
        var body = new List<byte> { 0 };
        Varint(body, index);
        Varint(body, index);
        Text(body, key);
        Text(body, value);
        Varint(body, 0);
        var whole = new List<byte>();
        Varint(whole, body.Count);
        return [.. whole, .. body];
    }

    private static void Text(List<byte> to, string? text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text ?? "");
        Varint(to, text is null ? -1 : bytes.Length);
        to.AddRange(bytes);
    }

    private static void Varint(List<byte> to, int value)
    {
        uint zigzag = (uint)((value << 1) ^ (value >> 31));
        for (; zigzag >= 0x80; zigzag >>= 7) to.Add((byte)(zigzag | 0x80));
        to.Add((byte)zigzag);
    }
}
