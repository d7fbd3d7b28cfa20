namespace Pipeline.Schemas;

/// <summary>Why bytes are not a message.</summary>
public enum DecodeFault
{
    None = 0,

    /// <summary>No framing that is known: neither single-object encoding nor a registry's prefix.</summary>
    NoFraming,

    /// <summary>The framing names a schema that is not published here, or one of another subject.</summary>
    UnknownSchema,

    /// <summary>The bytes end before the schema does.</summary>
    Truncated,

    /// <summary>Bytes are left when the schema has ended.</summary>
    TrailingBytes,

    /// <summary>More than the <see cref="DecodeLimits"/> allow.</summary>
    TooLarge,

    /// <summary>A length or count that is negative, or larger than what follows.</summary>
    BadLength,

    /// <summary>A number outside the range of its field, or an integer of more than ten bytes.</summary>
    BadNumber,

    /// <summary>An enum symbol or union branch that the schema does not have.</summary>
    BadBranch,

    /// <summary>A string that is not UTF-8.</summary>
    BadText,

    /// <summary>An event refers to a task that the batch does not hold.</summary>
    BadReference,
}
