using System.Buffers.Binary;
using DevBroker.Protocol;

namespace DevBroker.Storage;

/// <summary>
/// What a partition remembers of each idempotent producer, so that a batch that is sent again after a lost answer is stored once:
/// the epoch and the last five batches (a client has at most five in flight).
/// </summary>
/// <remarks>Owned by the partition's lock. Bounded: the producer that has been silent longest makes room.</remarks>
internal sealed class ProducerStates
{
    private const int BatchesMax = 5;
    private const int ProducersMax = 10_000;
    private const int EntryBytes = 8 + 2 + 8 + 1 + (BatchesMax * 16);
    private readonly Dictionary<long, Producer> _producers = [];

    private readonly record struct Stored(int FirstSequence, int LastSequence, long BaseOffset);

    private sealed class Producer
    {
        public short Epoch { get; set; }

        public long LastTimestamp { get; set; }

        public Queue<Stored> Batches { get; } = new(BatchesMax);

        public int LastSequence { get; set; }
    }

    /// <summary>Judges a batch before it is stored.</summary>
    /// <param name="duplicateOf">The offset under which the very same batch is stored already, else -1.</param>
    public ErrorCode Check(in RecordBatch batch, out long duplicateOf)
    {
        duplicateOf = -1;
        if (batch.ProducerId < 0 || !_producers.TryGetValue(batch.ProducerId, out Producer? producer)) return ErrorCode.None;
        if (batch.ProducerEpoch < producer.Epoch) return ErrorCode.InvalidProducerEpoch;
        if (batch.ProducerEpoch > producer.Epoch)
            return batch.BaseSequence == 0 ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
        foreach (Stored stored in producer.Batches)
        {
            if (stored.FirstSequence != batch.BaseSequence || stored.LastSequence != batch.LastSequence) continue;
            duplicateOf = stored.BaseOffset;
            return ErrorCode.None;
        }

        bool follows = batch.BaseSequence == RecordBatch.Advance(producer.LastSequence, 1);
        return follows ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
    }

    /// <summary>Remembers a batch that is stored.</summary>
    public void Note(in RecordBatch batch)
    {
        if (batch.ProducerId < 0) return;
        if (!_producers.TryGetValue(batch.ProducerId, out Producer? producer))
        {
            if (_producers.Count >= ProducersMax) _producers.Remove(_producers.MinBy(entry => entry.Value.LastTimestamp).Key);
            _producers.Add(batch.ProducerId, producer = new Producer());
        }

        if (producer.Epoch != batch.ProducerEpoch) producer.Batches.Clear();
        producer.Epoch = batch.ProducerEpoch;
        producer.LastTimestamp = batch.MaxTimestamp;
        if (producer.Batches.Count == BatchesMax) producer.Batches.Dequeue();
        producer.Batches.Enqueue(new Stored(batch.BaseSequence, batch.LastSequence, batch.BaseOffset));
        producer.LastSequence = batch.LastSequence;
    }

    /// <summary>Everything as bytes with a check sum, to be stored beside the segment that starts here.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[(_producers.Count * EntryBytes) + 4];
        int at = 0;
        foreach ((long id, Producer producer) in _producers)
        {
            Span<byte> entry = bytes.AsSpan(at, EntryBytes);
            BinaryPrimitives.WriteInt64LittleEndian(entry, id);
            BinaryPrimitives.WriteInt16LittleEndian(entry[8..], producer.Epoch);
            BinaryPrimitives.WriteInt64LittleEndian(entry[10..], producer.LastTimestamp);
            entry[18] = (byte)producer.Batches.Count;
            Span<byte> slot = entry[19..];
            foreach (Stored stored in producer.Batches)
            {
                BinaryPrimitives.WriteInt32LittleEndian(slot, stored.FirstSequence);
                BinaryPrimitives.WriteInt32LittleEndian(slot[4..], stored.LastSequence);
                BinaryPrimitives.WriteInt64LittleEndian(slot[8..], stored.BaseOffset);
                slot = slot[16..];
            }

            at += EntryBytes;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), Crc32C.Of(bytes.AsSpan(0, at)));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null if it is damaged.</summary>
    public static ProducerStates? FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || (bytes.Length - 4) % EntryBytes != 0) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) != Crc32C.Of(bytes[..^4])) return null;
        var states = new ProducerStates();
        for (ReadOnlySpan<byte> entry = bytes[..^4]; entry.Length > 0; entry = entry[EntryBytes..])
        {
            var producer = new Producer
            {
                Epoch = BinaryPrimitives.ReadInt16LittleEndian(entry[8..]),
                LastTimestamp = BinaryPrimitives.ReadInt64LittleEndian(entry[10..]),
            };
            for (int i = 0; i < Math.Min(entry[18], (byte)BatchesMax); i++)
            {
                ReadOnlySpan<byte> slot = entry[(19 + (i * 16))..];
                producer.Batches.Enqueue(new Stored(
                    BinaryPrimitives.ReadInt32LittleEndian(slot),
                    producer.LastSequence = BinaryPrimitives.ReadInt32LittleEndian(slot[4..]),
                    BinaryPrimitives.ReadInt64LittleEndian(slot[8..])));
            }

            states._producers[BinaryPrimitives.ReadInt64LittleEndian(entry)] = producer;
        }

        return states;
    }
}
