using System.Text;
using DevBroker.Protocol;
using DevBroker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DevBroker.Tests.Storage;

/// <summary>Compaction keeps the newest record of each key, under its own offset, whatever the codec.</summary>
public sealed class CompactorTests : IDisposable
{
    private static readonly Dictionary<string, string> Config = new()
    {
        ["cleanup.policy"] = "compact",
        ["segment.bytes"] = "1000",
        ["min.cleanable.dirty.ratio"] = "0",
        ["delete.retention.ms"] = "60000",
    };

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(10_000));

    public void Dispose() => _directory.Dispose();

    private StorageSettings Settings => new(false, _clock, NullLogger.Instance);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Keeps_the_newest_record_of_each_key_with_its_offset(int codec)
    {
        using PartitionLog log = OpenLog.In(_directory.Path, Config, Settings);
        for (int round = 0; round < 10; round++)
            log.Append(BatchBuilder.Batch([.. Enumerable.Range(round % 3, 10).Select(i => ((string?)$"k{i}", (string?)$"{round}"))], codec: (Codec)codec));
        Seal(log);
        List<(string, long)> expected = Newest(log);

        Compactor.Run(log, Settings, CancellationToken.None);

        Shown(log).ShouldBe(expected);
        log.StartOffset.ShouldBe(0);
        log.Read(5, 100, atLeastOne: true).Error.ShouldBe(ErrorCode.None);
        long end = log.EndOffset;
        log.Dispose();
        using PartitionLog again = OpenLog.In(_directory.Path, Config, Settings);
        Shown(again).ShouldBe(expected);
        again.EndOffset.ShouldBe(end);
    }

    [Fact]
    public void Keeps_the_mark_of_a_deleted_key_until_it_is_old()
    {
        using PartitionLog log = OpenLog.In(_directory.Path, Config, Settings);
        log.Append(BatchBuilder.Batch([("a", "1"), ("b", "1"), ("a", null)], timestamp: 10_000));
        Seal(log);
        Compactor.Run(log, Settings, CancellationToken.None);
        Shown(log).Select(record => record.Key).ShouldBe(["b", "a", "filler"]);

        _clock.Advance(TimeSpan.FromMinutes(2));
        Seal(log);
        Compactor.Run(log, Settings, CancellationToken.None);

        Shown(log).Select(record => record.Key).ShouldBe(["b", "filler"]);
    }

    [Fact]
    public void Survives_a_lost_index_although_offsets_have_gaps()
    {
        using (PartitionLog log = OpenLog.In(_directory.Path, Config, Settings))
        {
            for (int i = 0; i < 100; i++) log.Append(BatchBuilder.Batch([($"k{i % 7}", $"{i}")]));
            Seal(log);
            Compactor.Run(log, Settings, CancellationToken.None);
        }

        foreach (string index in Directory.GetFiles(_directory.Path, "*.index")) File.Delete(index);

        using PartitionLog again = OpenLog.In(_directory.Path, Config, Settings);
        Shown(again).Count.ShouldBe(8);
    }

    /// <summary>Fills the active segment up, so that everything before is in sealed ones.</summary>
    private static void Seal(PartitionLog log)
    {
        log.Append(BatchBuilder.Batch([("filler", new string('x', 990))]));
        log.Append(BatchBuilder.Batch([("filler", new string('x', 990))]));
    }

    private static List<(string Key, long Offset)> Newest(PartitionLog log) =>
        [.. Shown(log).GroupBy(record => record.Key).Select(records => records.Last()).OrderBy(record => record.Offset)];

    /// <summary>The active segment is never compacted, so the filler may be there twice: only the newer one is shown.</summary>
    private static List<(string Key, long Offset)> Shown(PartitionLog log)
    {
        List<(string Key, long Offset)> all = [.. log.ReadRecords().Select(record => (Encoding.UTF8.GetString(record.Key!.Value.Span), record.Offset))];
        return [.. all.Where(record => record.Key != "filler" || record == all[^1])];
    }
}
