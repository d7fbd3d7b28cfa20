using System.Buffers;
using System.Text;
using Pipeline.Archive;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;
using Testing;

namespace Archive.Tests;

/// <summary>Records as a log holds them: batches of a few nodes, and now and then something that is none.</summary>
internal static class SomeLog
{
    public const string Topic = "node-events";

    /// <param name="holes">Whether offsets have gaps, as compaction and transactions leave.</param>
    public static IEnumerable<RawRecord> Records(int count, int seed = 1, bool holes = true)
    {
        var random = new Random(seed);
        var sequences = new long[3];
        long offset = 0;
        for (int i = 0; i < count; i++)
        {
            int node = random.Next(3);
            byte[]? value = random.Next(40) switch
            {
                0 => null,
                1 => [1, 2, 3],
                2 => Encode(Some.Batch(seed * 1000 + i)),
                _ => Encode(Batch(random, $"node-{node}", ref sequences[node])),
            };
            RecordHeader[] headers = value is null ? [] : [new("content-type", "application/avro"u8.ToArray()), new("empty", null)];
            byte[]? key = random.Next(50) == 0 ? null : Encoding.UTF8.GetBytes($"node-{node}");
            yield return new RawRecord(0, offset, 1_770_000_000_000 + i, key,
                [.. headers], value);
            offset += holes && random.Next(20) == 0 ? 3 : 1;
        }
    }

    public static string Container(int number) => Some.ContainerId(number);

    public static byte[] Encode(EventBatch batch)
    {
        var bytes = new ArrayBufferWriter<byte>();
        NodeEventsCodec.Encode(batch, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static EventBatch Batch(Random random, string node, ref long sequence)
    {
        var batch = new EventBatch();
        long bootNs = 1_000_000_000L * (100 + sequence);
        batch.Begin(new NodeId(node), new BootId("boot"), sequence, new EventTime(bootNs, 1_770_000_000_000_000_000 + bootNs), 0);
        int task = batch.AddTask(new TaskRecord { Tgid = 7, ContainerId = batch.AddText(Container(random.Next(20))) });
        for (int left = random.Next(1, 20); left > 0; left--)
        {
            batch.AddProcess(bootNs - left, 0, task,
                new ProcessRecord { Action = ProcessAction.Forked, FileName = batch.AddText($"/bin/{random.Next()}") });
        }

        sequence += batch.Count;
        return batch;
    }
}
