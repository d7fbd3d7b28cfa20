using System.Buffers;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas;

/// <summary>Messages of the <c>dead-letters</c> topic. Stateless and safe for any number of threads.</summary>
public static class DeadLetterCodec
{
    public const string Subject = "dead-letters";

    /// <summary>
    /// Bytes of the original key and of the original value that are kept at most, so that a dead letter always fits Kafka's default of 1
    /// MiB a message.
    /// </summary>
    public const int MaxKeyBytes = 4 * 1024, MaxValueBytes = 768 * 1024;

    private const int MaxDetailChars = 4 * 1024;
    private const int Reasons = (int)DeadLetterReason.Unprocessable + 1;

    public static SchemaVersion Schema { get; } = SchemaCatalog.Get(Subject, 1);

    /// <summary>Writes framing and body; key, value and detail are cut at their bounds.</summary>
    public static void Encode(DeadLetter letter, IBufferWriter<byte> output)
    {
        WireFormat.Write(Schema.Fingerprint, output);
        var writer = new AvroWriter(output);
        writer.String(letter.Topic);
        writer.Int(letter.Partition);
        writer.Long(letter.Offset);
        writer.Long(letter.TimestampMs);
        writer.String(letter.Stage);
        writer.Enum((int)letter.Reason, Reasons, (int)DeadLetterReason.Unknown);
        writer.String(letter.Detail.Length <= MaxDetailChars ? letter.Detail : letter.Detail[..MaxDetailChars]);
        WriteStart(ref writer, letter.Key, MaxKeyBytes);
        WriteStart(ref writer, letter.Value, MaxValueBytes);
        writer.Boolean(letter.ValueTruncated || letter.ValueLength > MaxValueBytes);
        writer.Int(letter.ValueLength);
        writer.Long(letter.FirstSeenMs);
        writer.String(letter.PipelineVersion);
        writer.Flush();
    }

    /// <summary>Reads framing and body; <paramref name="letter"/> is null after a fault.</summary>
    public static DecodeResult Decode(ReadOnlySpan<byte> message, DecodeLimits limits, out DeadLetter? letter)
    {
        letter = null;
        DecodeResult opened = WireFormat.Open(message, Schema, limits, out int body);
        if (!opened.IsOk) return opened;
        var reader = new AvroReader(message, body, limits);
        DeadLetter read = Read(ref reader);
        reader.End();
        if (!reader.Failed) letter = read;
        return reader.Result;
    }

    private static DeadLetter Read(ref AvroReader reader)
    {
        var letter = new DeadLetter
        {
            Topic = reader.String(),
            Partition = reader.Int(),
            Offset = reader.Long(),
            TimestampMs = reader.Long(),
            Stage = reader.String(),
            Reason = (DeadLetterReason)reader.Enum(Reasons),
            Detail = reader.String(),
            Key = ReadOptional(ref reader),
            Value = ReadOptional(ref reader),
            FirstSeenMs = 0,
            PipelineVersion = "",
        };

        // Whether the value was cut follows from the two lengths.
        bool truncated = reader.Boolean();
        int valueLength = (int)reader.Long(0, int.MaxValue);
        bool shorter = (letter.Value?.Length ?? 0) < valueLength;
        if (truncated != shorter) reader.Fail(DecodeFault.BadLength, "valueTruncated and valueLength contradict each other");
        return letter with { ValueLength = valueLength, FirstSeenMs = reader.Long(), PipelineVersion = reader.String() };
    }

    private static void WriteStart(ref AvroWriter writer, ReadOnlyMemory<byte>? bytes, int atMost)
    {
        writer.Branch(bytes is null ? 0 : 1);
        if (bytes is { } some) writer.Bytes(some.Span[..Math.Min(some.Length, atMost)]);
    }

    private static ReadOnlyMemory<byte>? ReadOptional(ref AvroReader reader)
    {
        // Not a conditional expression: there, null would become an empty memory.
        if (!reader.IsPresent()) return null;
        return reader.Bytes().ToArray();
    }
}
