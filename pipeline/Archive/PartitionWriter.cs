using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;

namespace Pipeline.Archive;

/// <summary>
/// Archives one partition. Its position is the last sealed manifest: what was written after it when the process ended is written again,
/// from the log, so that a crash neither loses nor doubles a record. Not thread-safe.
/// </summary>
public sealed class PartitionWriter : IDisposable
{
    private readonly IArchiveStore _store;
    private readonly string _topic;
    private readonly int _partition;
    private readonly ArchiveOptions _options;
    private readonly TimeProvider _time;
    private OpenSegment? _open;
    private long? _sealed;
    private string _previous;
    private long? _goneBefore;

    private PartitionWriter(
        IArchiveStore store, PartitionIndex index, ArchiveOptions options, TimeProvider time)
    {
        _store = store;
        _topic = index.Topic;
        _partition = index.Partition;
        _options = options;
        _time = time;
        _sealed = index.NextOffset;
        _previous = index.LastManifest;
    }

    /// <summary>The offset after the last record that was taken; null when none ever was.</summary>
    public long? NextOffset => _open?.NextOffset ?? _sealed;

    /// <summary>The offset after the last record that is safe in the archive; null when none is.</summary>
    public long? SealedOffset => _sealed;

    /// <param name="store">Locked by the caller (<see cref="IArchiveStore.TryLock"/>).</param>
    public static async Task<PartitionWriter> OpenAsync(
        IArchiveStore store, string topic, int partition, ArchiveOptions options, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        PartitionIndex index = await ArchiveIndex.ReadAsync(store, topic, partition, cancellation);
        return new PartitionWriter(store, index, options, time);
    }

    /// <summary>Says where the log begins now: what lies between and was not archived is gone for good, which the next manifest
    /// tells.</summary>
    public void NoteBeginning(long oldestOffset)
    {
        if (NextOffset is { } next && oldestOffset > next) _goneBefore = oldestOffset;
        else if (NextOffset is null && oldestOffset > 0) _goneBefore = oldestOffset;
    }

    /// <summary>Takes the next record; one that was taken before is passed over.</summary>
    public async ValueTask AddAsync(RawRecord record, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Offset < NextOffset) return;
        _open ??= new OpenSegment(_store.Scratch, _topic, _partition, _sealed ?? 0, _goneBefore, _options, _time);
        _open.Add(record);
        if (_open.IsFull) await SealAsync(cancellation);
    }

    /// <summary>Seals the open segment if it is due by age.</summary>
    public ValueTask SealIfOldAsync(CancellationToken cancellation) =>
        _open is { IsOld: true } ? new ValueTask(SealAsync(cancellation)) : ValueTask.CompletedTask;

    /// <summary>Seals what is open.</summary>
    /// <exception cref="ArchiveException">Another writer has archived this range.</exception>
    public async Task SealAsync(CancellationToken cancellation)
    {
        if (_open is null) return;
        SegmentManifest manifest = _open.Close(_previous);
        await _store.PutAsync(manifest.Path, _open.File, cancellation);
        byte[] json = manifest.Write();
        string name = ArchiveNames.Manifest(_topic, _partition, manifest.FirstOffset);
        if (!await _store.TryCreateAsync(name, json, cancellation))
            throw new ArchiveException($"{name} is there already: another process archives to {_store.Location}");
        _previous = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(json));
        _sealed = manifest.NextOffset;
        _goneBefore = null;
        _open.Dispose();
        _open = null;
    }

    /// <summary>Lets go of what is not sealed.</summary>
    public void Dispose() => _open?.Dispose();
}
