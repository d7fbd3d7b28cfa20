using System.Buffers;
using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Schemas;
using Pipeline.Schemas.Binary;

namespace Pipeline.Archive.Files;

/// <summary>
/// The record of an archive's files: the broker's coordinates around the contract's own batch. The body of a message is the Avro encoding
/// of the batch, so that it stands in the file as it came, and framing it again gives the message, byte for byte.
/// </summary>
internal static class RecordFormat
{
    private const int NoValue = 0, RawBytes = 1, ContractBatch = 2;
    private const int FramingBytes = 10;
    private const int MostHeaders = 1024;

    /// <summary>Values are bounded by the block that they stand in.</summary>
    private static readonly DecodeLimits Limits =
        DecodeLimits.Default with { MaxTextBytes = BlockPacker.LargestBlock, MaxItems = MostHeaders };

    /// <summary>Schema of the files.</summary>
    public static string Schema { get; } = $$$"""
        {"type":"record","name":"ArchivedRecord","namespace":"pipeline.archive","doc":"A record of the log.","fields":[
        {"name":"partition","type":"int","doc":"Partition of the topic that the file names."},
        {"name":"offset","type":"long","doc":"Offset in the partition."},
        {"name":"timestampMs","type":"long","doc":"The broker's timestamp, milliseconds since 1970-01-01 UTC."},
        {"name":"key","type":["null","bytes"],"doc":"The node, UTF-8."},
        {"name":"headers","type":{"type":"array","items":{"type":"record","name":"Header","fields":[
          {"name":"name","type":"string"},{"name":"value","type":["null","bytes"]}]}},"doc":"In the order of the record."},
        {"name":"size","type":"int","doc":"Bytes of the original value; of a batch 10 more than here, its framing. -1 for no value."},
        {"name":"value","type":["null","bytes",{{{NodeEventsCodec.Schema.Json}}}],
          "doc":"The batch; bytes where the value is no batch of this schema."}]}
        """;

    /// <summary>Writes a record.</summary>
    /// <param name="isBatch">Whether the value is known to be a whole message of the contract's schema.</param>
    public static void Write(RawRecord record, bool isBatch, IBufferWriter<byte> output)
    {
        var writer = new AvroWriter(output);
        writer.Int(record.Partition);
        writer.Long(record.Offset);
        writer.Long(record.TimestampMs);
        WriteOptional(ref writer, record.Key);
        writer.BeginItems(record.Headers.Length);
        foreach (RecordHeader header in record.Headers)
        {
            writer.String(header.Name);
            WriteOptional(ref writer, header.Value);
        }

        writer.EndItems();
        writer.Int(record.Value?.Length ?? -1);
        writer.Branch(record.Value is null ? NoValue : isBatch ? ContractBatch : RawBytes);
        if (record.Value is not null && isBatch) writer.Raw(record.Value.AsSpan(FramingBytes));
        else if (record.Value is not null) writer.Bytes(record.Value);
        writer.Flush();
    }

    /// <summary>Reads the record at a position of an unpacked block and moves the position behind it.</summary>
    /// <returns>False when there is none: the block is damaged.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> block, ref int position, out ArchivedRecord record)
    {
        var reader = new AvroReader(block.Span, position, Limits);
        int partition = reader.Int();
        long offset = reader.Long();
        long timestamp = reader.Long();
        ReadOnlyMemory<byte> key = reader.IsPresent() ? Slice(block, reader.Text()) : default;
        ImmutableArray<RecordHeader> headers = ReadHeaders(ref reader);
        int size = reader.Int();
        int form = reader.Branch(ContractBatch + 1);
        ReadOnlyMemory<byte> value = default;
        int end = reader.Position;
        if (form == RawBytes)
        {
            value = Slice(block, reader.Text());
            end = reader.Position;
        }
        else if (form == ContractBatch)
        {
            int length = size - FramingBytes;
            if (length < 0 || length > block.Length - end) reader.Fail(DecodeFault.BadLength, "size of a batch");
            else value = block.Slice(end, length);
            end += value.Length;
        }

        record = new ArchivedRecord(partition, offset, timestamp, key, headers, (ArchivedForm)form, value);
        position = end;
        return !reader.Failed;
    }

    /// <summary>A message from its body.</summary>
    public static byte[] Framed(ReadOnlySpan<byte> body)
    {
        var message = new ArrayBufferWriter<byte>(body.Length + FramingBytes);
        WireFormat.Write(NodeEventsCodec.Schema.Fingerprint, message);
        message.Write(body);
        return message.WrittenSpan.ToArray();
    }

    private static void WriteOptional(ref AvroWriter writer, byte[]? value)
    {
        writer.Branch(value is null ? 0 : 1);
        if (value is not null) writer.Bytes(value);
    }

    private static ImmutableArray<RecordHeader> ReadHeaders(ref AvroReader reader)
    {
        ImmutableArray<RecordHeader>.Builder? headers = null;
        AvroReader.ItemCursor items = reader.BeginItems();
        while (reader.Next(ref items))
        {
            string name = reader.String();
            (headers ??= ImmutableArray.CreateBuilder<RecordHeader>())
                .Add(new RecordHeader(name, reader.IsPresent() ? reader.Bytes().ToArray() : null));
        }

        return headers?.ToImmutable() ?? [];
    }

    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> block, Text text) =>
        block.Slice(text.Offset, text.Length);
}
