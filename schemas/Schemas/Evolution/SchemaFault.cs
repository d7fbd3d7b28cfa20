namespace Pipeline.Schemas.Evolution;

/// <summary>What makes two schemas incompatible, or one of them unfit to be published.</summary>
public enum SchemaFaultKind
{
    /// <summary>The types differ and the one cannot be promoted to the other.</summary>
    TypeMismatch,

    /// <summary>Named types whose names differ without an alias.</summary>
    NameMismatch,

    /// <summary>The reader has a field that the writer lacks, without a default.</summary>
    MissingDefault,

    /// <summary>The writer has a symbol that the reader neither knows nor has a default for.</summary>
    MissingSymbol,

    /// <summary>A branch of the writer's union that the reader has no place for.</summary>
    MissingBranch,

    /// <summary>Fixed types of different sizes.</summary>
    SizeMismatch,

    /// <summary>An enum without a default symbol.</summary>
    EnumWithoutDefault,

    /// <summary>A symbol that an older version had.</summary>
    SymbolRemoved,

    /// <summary>Symbols that changed their order; writers that name them by position would disagree.</summary>
    SymbolsReordered,

    /// <summary>A new field without a default, in a record that was published before.</summary>
    NewFieldWithoutDefault,

    /// <summary>A logical type that changed, came or went.</summary>
    LogicalTypeChanged,

    /// <summary>A default that is not a value of its field's type; of a union, of its first branch.</summary>
    BadDefault,

    /// <summary>A field or named type of the contract without a doc.</summary>
    MissingDoc,
}

/// <summary>
/// One fault. <paramref name="Path"/> goes from the root by field names, "items", "values" and branch names:
/// "/events/items/body/File/flags".
/// </summary>
public sealed record SchemaFault(string Path, SchemaFaultKind Kind, string Message)
{
    public override string ToString() => $"{Path}: {Kind}: {Message}";
}
