using DevBroker.Protocol;
using DevBroker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Record = DevBroker.Protocol.Record;

namespace DevBroker.Tests.Storage;

/// <summary>One partition's log, without a server around it.</summary>
internal static class OpenLog
{
    public static PartitionLog In(string directory, Dictionary<string, string>? config = null, StorageSettings? settings = null)
    {
        var topic = new TopicConfig(config ?? []);
        settings ??= new StorageSettings(FlushEveryBatch: false, TimeProvider.System, NullLogger.Instance);
        return new PartitionLog("p", directory, topic, settings, PartitionRecovery.Run("p", directory, topic.IsCompacted, settings));
    }

    public static AppendResult Append(this PartitionLog log, byte[] batch) => log.Append(batch, RecordBatch.Read(batch));

    /// <summary>The bytes of all batches from an offset on.</summary>
    public static byte[] ReadBytes(this PartitionLog log, long from = 0)
    {
        var bytes = new List<byte>();
        while (from < log.EndOffset)
        {
            FileSlice slice = log.Read(from, 1 << 20, atLeastOne: true).Data;
            var chunk = new byte[slice.Length];
            if (slice.Length > 0) RandomAccess.Read(slice.File!, chunk, slice.Position);
            slice.Release();
            if (chunk.Length == 0) break;
            bytes.AddRange(chunk);
            for (int at = 0; at < chunk.Length; at += RecordBatch.Read(chunk.AsSpan(at)).SizeBytes) from = RecordBatch.Read(chunk.AsSpan(at)).NextOffset;
        }

        return [.. bytes];
    }

    public static List<Record> ReadRecords(this PartitionLog log)
    {
        var records = new List<Record>();
        byte[] bytes = log.ReadBytes(log.StartOffset);
        for (int at = 0; at < bytes.Length;)
        {
            RecordBatch batch = RecordBatch.Read(bytes.AsSpan(at));
            batch.CrcFits(bytes.AsSpan(at, batch.SizeBytes)).ShouldBeTrue();
            records.AddRange(RecordSet.Read(batch, bytes.AsSpan(at, batch.SizeBytes)));
            at += batch.SizeBytes;
        }

        return records;
    }
}
