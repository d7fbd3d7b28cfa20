using System.Text;
using Confluent.Kafka;
using Pipeline.Domain.Events;
using Pipeline.Schemas;

namespace Pipeline.Ingest.Reading;

/// <summary>
/// Reads what the log holds of one node, once, in order, up to what was its end when reading began. Blocks the calling thread; for tools.
/// </summary>
public sealed class NodeLog : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly NodeLogRequest _request;
    private readonly byte[] _key;
    private readonly LogReader _reader;
    private readonly Dictionary<int, (long Start, long Oldest, long End)> _open = [];
    private readonly EventBatch _batch = new();

    private NodeLog(NodeLogRequest request)
    {
        _request = request;
        _key = Encoding.UTF8.GetBytes(request.Node.Value);
        _reader = new LogReader(new LogAddress(request.BootstrapServers, request.Topic, request.ClientSettings));
    }

    /// <exception cref="NodeLogException">The broker cannot be reached, or the topic is not there.</exception>
    public static NodeLogSummary Read(NodeLogRequest request, TakeBatch take, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(take);
        using var log = new NodeLog(request);
        log.Assign();
        return log.Walk(take, cancellation);
    }

    public void Dispose() => _reader.Dispose();

    private void Assign()
    {
        var extents = _reader.Extents();
        IReadOnlyDictionary<int, long> starts = _request.Start switch
        {
            NodeLogStart.AtOffset at => extents.ToDictionary(p => p.Partition, _ => at.Offset),
            NodeLogStart.AtTime at => _reader.OffsetsAt(at.Time, extents.Select(p => p.Partition)),
            _ => extents.ToDictionary(p => p.Partition, p => p.Oldest),
        };
        foreach (PartitionExtent extent in extents)
        {
            long start = Math.Clamp(starts[extent.Partition], extent.Oldest, extent.End);
            if (start < extent.End) _open.Add(extent.Partition, (start, extent.Oldest, extent.End));
        }

        _reader.Assign(_open.Select(p => (p.Key, p.Value.Start)));
    }

    /// <summary>
    /// A node has one partition, since its name is the key of its records: as soon as it shows in one the others are let go.
    /// </summary>
    private NodeLogSummary Walk(TakeBatch take, CancellationToken cancellation)
    {
        var summary = new NodeLogSummary(null, 0, 0, 0, 0, 0);
        while (_open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            ConsumeResult<byte[]?, byte[]?> record = _reader.Read(Silence)
                ?? throw new NodeLogException($"{_request.BootstrapServers} has sent nothing for {Silence.TotalSeconds} s");
            int partition = record.Partition.Value;
            if (!_open.TryGetValue(partition, out (long Start, long Oldest, long End) range)) continue;
            if (record.Offset.Value < range.End && record.Message.Key is { } key && key.AsSpan().SequenceEqual(_key))
            {
                if (summary.Partition is null) Keep(partition);
                summary = summary with
                {
                    Partition = partition,
                    FirstOffset = range.Start,
                    OldestOffset = range.Oldest,
                    EndOffset = record.Offset.Value + 1
                };
                bool decoded = NodeEventsCodec.Decode(record.Message.Value ?? [], _batch, DecodeLimits.Default).IsOk;
                summary = decoded ? summary with { Batches = summary.Batches + 1 } : summary with { Undecodable = summary.Undecodable + 1 };
                if (decoded && !take(_batch)) return summary;
            }

            if (record.Offset.Value + 1 >= range.End) Close(partition);
        }

        return summary;
    }

    private void Keep(int partition)
    {
        foreach (int other in _open.Keys.Where(p => p != partition).ToArray()) Close(other);
    }

    private void Close(int partition)
    {
        _open.Remove(partition);
        _reader.Close(partition);
    }
}
