using Pipeline.Archive.Files;

namespace Pipeline.Archive;

/// <summary>How segments are cut and packed.</summary>
public sealed record ArchiveOptions
{
    public static ArchiveOptions Default { get; } = new();

    /// <summary>A segment is sealed when its packed records have this many bytes; the head of its file comes on top.</summary>
    public long RollBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>A segment is sealed this long after its first record: what is not sealed is not archived yet.</summary>
    public TimeSpan RollAge { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Uncompressed bytes of a block. Larger ones pack better, smaller ones are found faster.</summary>
    public int BlockBytes { get; init; } = 1024 * 1024;

    public BlockPacking Packing { get; init; } = BlockPacking.Zstandard;
}
