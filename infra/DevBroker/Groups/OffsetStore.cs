using DevBroker.Protocol;
using DevBroker.Storage;

namespace DevBroker.Groups;

/// <summary>A group's committed position in a partition.</summary>
/// <param name="CommittedMs">When, in milliseconds of the Unix epoch.</param>
internal sealed record CommittedOffset(long Offset, int LeaderEpoch, string? Metadata, long CommittedMs);

/// <summary>A partition by topic name and number.</summary>
internal readonly record struct TopicPartition(string Topic, int Partition);

/// <summary>The committed offsets of all groups, in memory and in a journal. Thread-safe.</summary>
internal sealed class OffsetStore : IDisposable
{
    private const long RewriteBytesMin = 4 * 1024 * 1024;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<TopicPartition, CommittedOffset>> _groups = new(StringComparer.Ordinal);
    private readonly Journal _journal;
    private readonly StorageSettings _settings;
    private long _rewriteAtBytes = RewriteBytesMin;
    private bool _isDirty;

    public OffsetStore(string dataDirectory, StorageSettings settings)
    {
        _settings = settings;
        _journal = Journal.Open(Path.Combine(dataDirectory, "group-offsets.journal"), Replay);
    }

    public IReadOnlyList<string> Groups
    {
        get
        {
            lock (_gate) return [.. _groups.Keys];
        }
    }

    public bool Knows(string group)
    {
        lock (_gate) return _groups.ContainsKey(group);
    }

    public IReadOnlyDictionary<TopicPartition, CommittedOffset> Of(string group)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(group, out Dictionary<TopicPartition, CommittedOffset>? offsets)
                ? new Dictionary<TopicPartition, CommittedOffset>(offsets)
                : [];
        }
    }

    /// <summary>Stores positions; when it returns they survive a crash of the process, under the strict policy also of the machine.</summary>
    public ErrorCode Commit(string group, IReadOnlyCollection<(TopicPartition Partition, CommittedOffset Offset)> offsets)
    {
        lock (_gate)
        {
            try
            {
                foreach ((TopicPartition partition, CommittedOffset offset) in offsets)
                {
                    _journal.Append(Entry(group, partition, offset));
                    Put(group, partition, offset);
                }

                Appended();
                return ErrorCode.None;
            }
            catch (IOException failure)
            {
                Log.OffsetsNotStored(_settings.Logger, failure, group);
                return ErrorCode.KafkaStorageError;
            }
        }
    }

    /// <summary>Forgets positions of a group, all of them if no filter is given.</summary>
    public void Forget(string group, Func<TopicPartition, CommittedOffset, bool>? filter = null)
    {
        lock (_gate)
        {
            if (!_groups.TryGetValue(group, out Dictionary<TopicPartition, CommittedOffset>? offsets)) return;
            TopicPartition[] gone = [.. offsets.Where(entry => filter is null || filter(entry.Key, entry.Value)).Select(entry => entry.Key)];
            foreach (TopicPartition partition in gone)
            {
                _journal.Append(Entry(group, partition, null));
                Put(group, partition, null);
            }

            if (gone.Length > 0) Appended();
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            if (!_isDirty) return;
            _journal.Flush();
            _isDirty = false;
        }
    }

    public void Dispose() => _journal.Dispose();

    private void Appended()
    {
        _isDirty = true;
        if (_settings.FlushEveryBatch) Flush();
        if (_journal.Length < _rewriteAtBytes) return;
        _journal.Rewrite(_groups.SelectMany(group => group.Value.Select(entry => Entry(group.Key, entry.Key, entry.Value))));
        _rewriteAtBytes = Math.Max(RewriteBytesMin, _journal.Length * 4);
    }

    private void Put(string group, TopicPartition partition, CommittedOffset? offset)
    {
        if (!_groups.TryGetValue(group, out Dictionary<TopicPartition, CommittedOffset>? offsets))
            _groups.Add(group, offsets = []);
        if (offset is not null) offsets[partition] = offset;
        else offsets.Remove(partition);
        if (offsets.Count == 0) _groups.Remove(group);
    }

    private void Replay(FrameReader entry)
    {
        string group = entry.String();
        var partition = new TopicPartition(entry.String(), entry.Int32());
        long offset = entry.Int64();
        Put(group, partition, offset < 0 ? null : new CommittedOffset(offset, entry.Int32(), entry.NullableString(), entry.Int64()));
    }

    private static byte[] Entry(string group, TopicPartition partition, CommittedOffset? offset)
    {
        using var writer = new FrameWriter();
        writer.String(group);
        writer.String(partition.Topic);
        writer.Int32(partition.Partition);
        writer.Int64(offset?.Offset ?? -1);
        writer.Int32(offset?.LeaderEpoch ?? -1);
        writer.String(offset?.Metadata);
        writer.Int64(offset?.CommittedMs ?? 0);
        return writer.Written.ToArray();
    }
}
