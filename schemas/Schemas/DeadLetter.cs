namespace Pipeline.Schemas;

/// <summary>Why a record was given up.</summary>
public enum DeadLetterReason
{
    Unknown = 0,

    /// <summary>The bytes are not what their schema says.</summary>
    Malformed = 1,

    /// <summary>Written with a schema that is not published here.</summary>
    UnknownSchema = 2,

    /// <summary>Beyond a limit.</summary>
    TooLarge = 3,

    /// <summary>A detector failed on it twice.</summary>
    Unprocessable = 4,
}

/// <summary>A record that could not be decoded or processed: where it was, why, and its bytes.</summary>
public sealed record DeadLetter
{
    public required string Topic { get; init; }

    public required int Partition { get; init; }

    public required long Offset { get; init; }

    /// <summary>The record's own timestamp, milliseconds since 1970-01-01 UTC.</summary>
    public required long TimestampMs { get; init; }

    /// <summary>Part of the pipeline that gave it up: "decode", or the id of a detector.</summary>
    public required string Stage { get; init; }

    public required DeadLetterReason Reason { get; init; }

    /// <summary>The fault and its position, for people.</summary>
    public string Detail { get; init; } = "";

    /// <summary>Null when the record has no key.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>The record's value or its beginning; null when it has none.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>Bytes of the original value; never less than those of <see cref="Value"/>.</summary>
    public int ValueLength
    {
        get => Math.Max(field, Value?.Length ?? 0);
        init;
    }

    public bool ValueTruncated => (Value?.Length ?? 0) < ValueLength;

    /// <summary>When the pipeline met the record first, milliseconds since 1970-01-01 UTC.</summary>
    public required long FirstSeenMs { get; init; }

    public required string PipelineVersion { get; init; }

    /// <summary>The reason that belongs to a fault of decoding.</summary>
    public static DeadLetterReason ReasonOf(DecodeFault fault) => fault switch
    {
        DecodeFault.UnknownSchema => DeadLetterReason.UnknownSchema,
        DecodeFault.TooLarge => DeadLetterReason.TooLarge,
        _ => DeadLetterReason.Malformed,
    };
}
