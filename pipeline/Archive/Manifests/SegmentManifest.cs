using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Archive.Manifests;

/// <summary>
/// What a sealed segment holds and how to tell that it still does. It is written after the file that it names, in one step: what it does
/// not name is not archived. Never changed.
/// </summary>
public sealed record SegmentManifest
{
    /// <summary>Version of this form.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    public required string Topic { get; init; }

    public required int Partition { get; init; }

    /// <summary>Name of the file beside the manifest.</summary>
    public required string File { get; init; }

    /// <summary>The offset after the last one of the segment before; the first record may have a higher one.</summary>
    public required long FirstOffset { get; init; }

    /// <summary>The offset after the last record.</summary>
    public required long NextOffset { get; init; }

    /// <summary>
    /// Where the log began when this segment was written, if that was above <see cref="FirstOffset"/>: the records between were gone before
    /// they could be archived. Null when none were.
    /// </summary>
    public long? GoneBefore { get; init; }

    public required long Records { get; init; }

    public required long Events { get; init; }

    /// <summary>Records whose value is no batch that we know, kept as bytes.</summary>
    public required long Undecodable { get; init; }

    /// <summary>Wall time of the events, nanoseconds since 1970-01-01 UTC, both ends included; 0 without events.</summary>
    public required long FromNs { get; init; }

    public required long ToNs { get; init; }

    /// <summary>Kinds of event, as the header of messages names them.</summary>
    public required ImmutableArray<string> Kinds { get; init; }

    /// <summary>Fingerprints (CRC-64-AVRO, hex) of the schemas that messages were written with, unknown ones too.</summary>
    public required ImmutableArray<string> Schemas { get; init; }

    public required ImmutableArray<NodeContent> Nodes { get; init; }

    public required string Codec { get; init; }

    public required ImmutableArray<BlockEntry> Blocks { get; init; }

    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the file, hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>SHA-256 of the manifest before it, hex; empty for the first of a partition.</summary>
    public required string Previous { get; init; }

    /// <summary>Name of the file in the store.</summary>
    [JsonIgnore]
    public string Path => $"{ArchiveNames.Folder(Topic, Partition)}/{File}";

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.SegmentManifest);

    /// <exception cref="ArchiveException">It is no manifest that we know.</exception>
    public static SegmentManifest Read(string name, ReadOnlySpan<byte> json)
    {
        try
        {
            SegmentManifest? manifest = JsonSerializer.Deserialize(json, ManifestJson.Default.SegmentManifest);
            if (manifest is { Format: CurrentFormat }) return manifest;
            throw new ArchiveException($"manifest {name} has format {manifest?.Format}, known here is {CurrentFormat}");
        }
        catch (JsonException e)
        {
            throw new ArchiveException($"manifest {name} is broken: {e.Message}", e);
        }
    }
}

/// <summary>What a segment holds of one boot of one node.</summary>
/// <param name="Ranges">Sequence numbers that are there, ascending; what lies between is missing.</param>
/// <param name="FromNs">As <see cref="SegmentManifest.FromNs"/>.</param>
/// <param name="Containers">Which containers its events are about or come from.</param>
/// <param name="Losses">What the agent reported as lost.</param>
public sealed record NodeContent(
    string Node, string Boot, long Events, ImmutableArray<SequenceRange> Ranges, long FromNs, long ToNs, ContainerFilter Containers,
    ImmutableArray<ReportedLoss> Losses);

/// <summary>Sequence numbers, both ends included.</summary>
public readonly record struct SequenceRange(long First, long Last);

/// <summary>A loss that the agent reported.</summary>
/// <param name="Sequence">Sequence number of the report.</param>
/// <param name="First">First lost number; 0 with <paramref name="Last"/> 0 when they had none yet.</param>
/// <param name="SinceNs">Wall time of the account before it: unnumbered losses happened between; 0 when that is not in the segment.</param>
/// <param name="AtNs">Wall time of the report.</param>
public readonly record struct ReportedLoss(long Sequence, string Cause, long Count, long First, long Last, long SinceNs, long AtNs);

/// <summary>A block of the file.</summary>
/// <param name="At">First byte, of its head.</param>
/// <param name="Length">Bytes with head and sync marker.</param>
/// <param name="Sha256">Of the packed bytes, hex.</param>
public readonly record struct BlockEntry(long At, long Length, int Records, long FirstOffset, string Sha256);

/// <summary>What is left of a segment whose file was given up: enough to go on verifying the chain.</summary>
/// <param name="Sha256">Of the file.</param>
/// <param name="Manifest">SHA-256 of its manifest.</param>
/// <param name="Previous">As in the manifest.</param>
public sealed record SegmentStub(
    string Topic, int Partition, long FirstOffset, long NextOffset, long FromNs, long ToNs, long Bytes, string Sha256, string Manifest,
        string Previous);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = false)]
[JsonSerializable(typeof(SegmentManifest))]
[JsonSerializable(typeof(SegmentStub))]
internal sealed partial class ManifestJson : JsonSerializerContext;
