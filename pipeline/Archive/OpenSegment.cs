using System.Globalization;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;
using Pipeline.Domain.Events;
using Pipeline.Schemas;

namespace Pipeline.Archive;

/// <summary>The segment of a partition that is being written. Not thread-safe.</summary>
internal sealed class OpenSegment : IDisposable
{
    private readonly string _topic;
    private readonly int _partition;
    private readonly long _firstOffset;
    private readonly long? _goneBefore;
    private readonly ArchiveOptions _options;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly FileStream _stream;
    private readonly ContainerFileWriter _writer;
    private readonly SegmentContent _content = new();
    private readonly EventBatch _batch = new();

    public OpenSegment(
        string scratch, string topic, int partition, long firstOffset, long? goneBefore, ArchiveOptions options, TimeProvider time)
    {
        _topic = topic;
        _partition = partition;
        _firstOffset = firstOffset;
        _goneBefore = goneBefore;
        _options = options;
        _time = time;
        _began = time.GetTimestamp();
        Directory.CreateDirectory(scratch);
        string name = string.Create(CultureInfo.InvariantCulture, $"{topic}-{partition}-{firstOffset}");
        File = Path.Combine(scratch, name + ".avro");
        _stream = new FileStream(File, FileMode.Create, FileAccess.Write, FileShare.None, 256 * 1024);
        _writer = new ContainerFileWriter(_stream, options, name, new Dictionary<string, string>
        {
            ["pipeline.topic"] = topic,
            ["pipeline.partition"] = partition.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <summary>Where it is being written.</summary>
    public string File { get; }

    public long? NextOffset { get; private set; }

    public bool IsFull => _writer.BlocksBytes >= _options.RollBytes || _content.IsFull;

    public bool IsOld => _time.GetElapsedTime(_began) >= _options.RollAge;

    public void Add(RawRecord record)
    {
        bool isBatch = record.Value is not null && NodeEventsCodec.Decode(record.Value, _batch, DecodeLimits.Default).IsOk;
        _writer.Add(record, isBatch);
        _content.Add(record, isBatch ? _batch : null);
        NextOffset = record.Offset + 1;
    }

    /// <summary>Closes the file and flushes it to the disk.</summary>
    public SegmentManifest Close(string previous)
    {
        string sha256 = _writer.Finish();
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        return new SegmentManifest
        {
            Topic = _topic,
            Partition = _partition,
            File = ArchiveNames.File(_firstOffset, sha256),
            FirstOffset = _firstOffset,
            NextOffset = NextOffset ?? _firstOffset,
            GoneBefore = _goneBefore,
            Records = _content.Records,
            Events = _content.Events,
            Undecodable = _content.Undecodable,
            FromNs = _content.FromNs,
            ToNs = _content.ToNs,
            Kinds = _content.Kinds,
            Schemas = _content.Schemas,
            Nodes = _content.Nodes,
            Codec = BlockPacker.NameOf(_options.Packing),
            Blocks = _writer.Blocks,
            Bytes = _writer.Bytes,
            Sha256 = sha256,
            Previous = previous,
        };
    }

    public void Dispose()
    {
        _writer.Dispose();
        _stream.Dispose();
        System.IO.File.Delete(File);
    }
}
