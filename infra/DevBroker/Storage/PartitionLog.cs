using DevBroker.Protocol;

namespace DevBroker.Storage;

/// <summary>What became of an appended batch. <see cref="BaseOffset"/> is that of the earlier one if it was sent twice.</summary>
internal readonly record struct AppendResult(ErrorCode Error, long BaseOffset, string? Message = null);

/// <summary>What a read found: a range of a file that starts with the batch that holds the offset asked for.</summary>
internal readonly record struct ReadResult(ErrorCode Error, FileSlice Data);

/// <summary>
/// The log of one partition. Appends are serialised by a lock; readers take none, they see a snapshot of the list of segments
/// and the published lengths. A single node has no replicas to wait for: the high watermark is the end of the log.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed partial class PartitionLog : IDisposable
{
    /// <summary>The leader epoch of every batch: with one node that is never elected there is only one.</summary>
    public const int LeaderEpoch = 0;

    private readonly Lock _gate = new();
    private readonly StorageSettings _settings;
    private readonly List<AppendWaiter> _waiters = [];
    private readonly ProducerStates _producers;
    private Segment[] _segments;
    private PartitionCheckpoint _checkpoint;
    private TopicConfig _config;
    private long _endOffset;
    private bool _isSuspect;

    public PartitionLog(string name, string directory, TopicConfig config, StorageSettings settings, RecoveredPartition recovered)
    {
        Name = name;
        Directory = directory;
        _config = config;
        _settings = settings;
        _segments = recovered.Segments;
        _producers = recovered.Producers;
        _checkpoint = recovered.Checkpoint;
        _endOffset = _segments[^1].NextOffset;
    }

    public string Name { get; }

    public string Directory { get; }

    /// <summary>The first offset that can be read.</summary>
    public long StartOffset => Math.Max(Volatile.Read(ref _checkpoint).StartOffset, Volatile.Read(ref _segments)[0].BaseOffset);

    /// <summary>The offset that the next record gets.</summary>
    public long EndOffset => Volatile.Read(ref _endOffset);

    /// <summary>Whether a failed write to disk has put what is stored in doubt; such a partition refuses appends.</summary>
    public bool IsSuspect => Volatile.Read(ref _isSuspect);

    public long SizeBytes => Volatile.Read(ref _segments).Sum(segment => segment.Length);

    public TopicConfig Config
    {
        get => Volatile.Read(ref _config);
        set => Volatile.Write(ref _config, value);
    }

    /// <summary>Stores one checked batch; writes the offset into <paramref name="data"/>.</summary>
    public AppendResult Append(Span<byte> data, RecordBatch batch)
    {
        lock (_gate)
        {
            if (_isSuspect) return new AppendResult(ErrorCode.KafkaStorageError, -1, "An earlier write to disk failed.");
            ErrorCode verdict = _producers.Check(batch, out long duplicateOf);
            if (verdict != ErrorCode.None || duplicateOf >= 0) return new AppendResult(verdict, duplicateOf);

            batch = batch with { BaseOffset = _endOffset, LeaderEpoch = LeaderEpoch };
            RecordBatch.Stamp(data, batch.BaseOffset, batch.LeaderEpoch);
            try
            {
                if (MustRoll(batch)) Roll();
                _segments[^1].Append(data, batch, _settings.FlushEveryBatch ? _settings.Flush : null);
            }
            catch (IOException failure)
            {
                // Not published, so nobody saw it, and the next batch is written over it.
                Log.AppendFailed(_settings.Logger, failure, Name);
                if (_settings.FlushEveryBatch) Renew();
                return new AppendResult(ErrorCode.KafkaStorageError, -1, failure.Message);
            }

            _producers.Note(batch);
            Volatile.Write(ref _endOffset, batch.NextOffset);
            foreach (AppendWaiter waiter in _waiters) waiter.Signal();
            _waiters.Clear();
            return new AppendResult(ErrorCode.None, batch.BaseOffset);
        }
    }

    /// <summary>Finds what a consumer at <paramref name="offset"/> gets next.</summary>
    /// <param name="bytesMax">The most bytes to return; may cut the last batch, which clients are used to.</param>
    /// <param name="atLeastOne">Whether the first batch is returned whole even if it is larger.</param>
    public ReadResult Read(long offset, int bytesMax, bool atLeastOne) => Retrying(segments =>
    {
        if (offset < StartOffset || offset > EndOffset) return new ReadResult(ErrorCode.OffsetOutOfRange, FileSlice.Empty);
        for (int i = IndexFor(segments, offset); i < segments.Length; i++)
        {
            if (segments[i].Read(offset, bytesMax, atLeastOne) is { } found) return new ReadResult(ErrorCode.None, found);
        }

        return new ReadResult(ErrorCode.None, FileSlice.Empty);
    });

    /// <summary>The first record with at least this timestamp (milliseconds of the Unix epoch); null if there is none.</summary>
    public (long Offset, long Timestamp)? FindTime(long timestamp) => Retrying(segments =>
    {
        foreach (Segment segment in segments)
        {
            if (segment.NextOffset > StartOffset && segment.FindTime(timestamp, StartOffset) is { } found) return found;
        }

        return ((long, long)?)null;
    });

    /// <summary>The first record that carries the largest timestamp of the log; null if the log is empty.</summary>
    public (long Offset, long Timestamp)? FindMaxTimestamp()
    {
        long max = Volatile.Read(ref _segments).Max(segment => segment.MaxTimestamp);
        return max < 0 ? null : FindTime(max);
    }

    /// <summary>The waiter is signalled once at the next append.</summary>
    public void AddWaiter(AppendWaiter waiter)
    {
        lock (_gate) _waiters.Add(waiter);
    }

    public void RemoveWaiter(AppendWaiter waiter)
    {
        lock (_gate) _waiters.Remove(waiter);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (AppendWaiter waiter in _waiters) waiter.Signal();
            _waiters.Clear();
            foreach (Segment segment in _segments) segment.Dispose();
        }
    }

    private bool MustRoll(in RecordBatch batch)
    {
        Segment active = _segments[^1];
        if (active.Length == 0) return false;
        TopicConfig config = Config;
        return active.Length + batch.SizeBytes > config.SegmentBytes
            || batch.MaxTimestamp - active.FirstTimestamp > config.SegmentMs;
    }

    private void Roll()
    {
        Segment active = _segments[^1];
        Durable.Replace(PartitionRecovery.ProducersPath(Directory, _endOffset), _producers.ToBytes(), flush: false);
        Segment next = Segment.Create(Directory, _endOffset);
        if (_settings.FlushEveryBatch) Durable.FlushDirectory(Directory);
        Volatile.Write(ref _segments, [.. _segments[..^1], active.Seal(), next]);
        active.Dispose();
        PartitionRecovery.DropOldProducers(Directory, keep: 2);
    }

    /// <summary>A reader that loses a race with a roll or a deletion looks again at the segments as they are now.</summary>
    private T Retrying<T>(Func<Segment[], T> read)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return read(Volatile.Read(ref _segments));
            }
            catch (Exception race) when (attempt < 5 && race is ObjectDisposedException or FileNotFoundException)
            {
            }
        }
    }

    private static int IndexFor(Segment[] segments, long offset)
    {
        int index = segments.Length - 1;
        while (index > 0 && segments[index].BaseOffset > offset) index--;
        return index;
    }
}
