using System.Buffers;
using System.Buffers.Binary;

namespace Pipeline.Schemas;

/// <summary>How a message names the schema that it was written with.</summary>
public enum FramingKind
{
    None = 0,

    /// <summary>Avro's single-object encoding: C3 01, then the schema's CRC-64-AVRO fingerprint, little endian.</summary>
    SingleObject,

    /// <summary>The prefix of schema registries: 00, then the registry's id of the schema, big endian.</summary>
    Registry,
}

/// <summary>What stands before the body of a message.</summary>
/// <param name="Kind">Which of the two ways.</param>
/// <param name="Fingerprint">For <see cref="FramingKind.SingleObject"/>; 0 otherwise.</param>
/// <param name="RegistryId">For <see cref="FramingKind.Registry"/>; 0 otherwise.</param>
/// <param name="BodyOffset">Where the body begins.</param>
public readonly record struct Framing(FramingKind Kind, ulong Fingerprint, int RegistryId, int BodyOffset);

/// <summary>The first bytes of every message; see docs/wire-format.md.</summary>
public static class WireFormat
{
    /// <summary>Value of the header <c>content-type</c>.</summary>
    public const string ContentType = "application/avro";

    private const int SingleObjectLength = 10;
    private const int RegistryLength = 5;

    public static bool TryRead(ReadOnlySpan<byte> message, out Framing framing)
    {
        if (message.Length >= SingleObjectLength && message[0] == 0xC3 && message[1] == 0x01)
        {
            framing = new Framing(FramingKind.SingleObject, BinaryPrimitives.ReadUInt64LittleEndian(message[2..]), 0, SingleObjectLength);
            return true;
        }

        if (message.Length >= RegistryLength && message[0] == 0x00)
        {
            framing = new Framing(FramingKind.Registry, 0, BinaryPrimitives.ReadInt32BigEndian(message[1..]), RegistryLength);
            return true;
        }

        framing = default;
        return false;
    }

    /// <summary>Writes the head of a single object.</summary>
    public static void Write(ulong fingerprint, IBufferWriter<byte> output)
    {
        Span<byte> head = output.GetSpan(SingleObjectLength);
        head[0] = 0xC3;
        head[1] = 0x01;
        BinaryPrimitives.WriteUInt64LittleEndian(head[2..], fingerprint);
        output.Advance(SingleObjectLength);
    }

    /// <summary>Opens a message that must have been written with <paramref name="schema"/>.</summary>
    internal static DecodeResult Open(ReadOnlySpan<byte> message, SchemaVersion schema, DecodeLimits limits, out int bodyOffset) =>
        Open(message, [schema], limits, out bodyOffset, out _);

    /// <summary>Opens a message that must have been written with one of <paramref name="schemas"/>, the versions of one subject.</summary>
    /// <param name="writer">With which; null after a fault.</param>
    internal static DecodeResult Open(
        ReadOnlySpan<byte> message, ReadOnlySpan<SchemaVersion> schemas, DecodeLimits limits, out int bodyOffset, out SchemaVersion? writer)
    {
        bodyOffset = 0;
        writer = null;
        if (message.Length > limits.MaxMessageBytes) return new DecodeResult(DecodeFault.TooLarge, 0, $"message of {message.Length} bytes");
        if (!TryRead(message, out Framing framing))
            return new DecodeResult(DecodeFault.NoFraming, 0, "neither single-object encoding nor a registry's prefix");
        bodyOffset = framing.BodyOffset;
        if (framing.Kind == FramingKind.Registry)
            return new DecodeResult(DecodeFault.UnknownSchema, 1, $"registry id {framing.RegistryId}, and no registry is configured");
        foreach (SchemaVersion schema in schemas)
        {
            if (framing.Fingerprint != schema.Fingerprint) continue;
            writer = schema;
            return DecodeResult.Ok;
        }

        SchemaVersion? other = SchemaCatalog.Find(framing.Fingerprint);
        string found = other is null ? "not published" : $"published as {other.Subject} version {other.Version}";
        return new DecodeResult(DecodeFault.UnknownSchema, 2, $"fingerprint {framing.Fingerprint:x16}, {found}; expected {schemas[0].Subject}");
    }
}
