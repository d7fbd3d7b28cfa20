using DevBroker.Protocol;
using DevBroker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DevBroker.Tests.Storage;

/// <summary>Appending, reading and forgetting, without a network.</summary>
public sealed class PartitionLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Finds_every_offset_across_segments()
    {
        using PartitionLog log = OpenLog.In(_directory.Path, new() { ["segment.bytes"] = "3000" });
        for (int i = 0; i < 100; i++) log.Append(BatchBuilder.Numbers(i * 5, 5)).BaseOffset.ShouldBe(i * 5);

        Directory.GetFiles(_directory.Path, "*.log").Length.ShouldBeGreaterThan(3);
        for (long offset = 0; offset < 500; offset++)
        {
            FileSlice slice = log.Read(offset, 1, atLeastOne: true).Data;
            var header = new byte[RecordBatch.HeaderBytes];
            RandomAccess.Read(slice.File!, header, slice.Position);
            slice.Release();
            RecordBatch.Read(header).BaseOffset.ShouldBe(offset / 5 * 5);
        }

        log.Read(500, 1, atLeastOne: true).ShouldBe(new ReadResult(ErrorCode.None, FileSlice.Empty));
        log.Read(501, 1, atLeastOne: true).Error.ShouldBe(ErrorCode.OffsetOutOfRange);
        log.Read(-1, 1, atLeastOne: true).Error.ShouldBe(ErrorCode.OffsetOutOfRange);
    }

    [Fact]
    public void Finds_the_first_record_of_a_time_across_segments()
    {
        using PartitionLog log = OpenLog.In(_directory.Path, new() { ["segment.bytes"] = "3000" });
        for (int i = 0; i < 100; i++) log.Append(BatchBuilder.Numbers(i * 5, 5, timestamp: 1000 + (i * 10)));

        log.FindTime(0).ShouldBe((0, 1000));
        log.FindTime(1503).ShouldBe((253, 1503));
        log.FindTime(1505).ShouldBe((255, 1510));
        log.FindTime(1995).ShouldBeNull();
        log.FindMaxTimestamp().ShouldBe((499, 1994));
    }

    [Fact]
    public void Stores_a_batch_that_is_sent_twice_once_also_after_a_restart()
    {
        using (PartitionLog log = OpenLog.In(_directory.Path))
        {
            for (int i = 0; i < 3; i++) log.Append(BatchBuilder.Numbers(i, 1, producerId: 7, epoch: 0, sequence: i));
            log.Append(BatchBuilder.Numbers(1, 1, producerId: 7, epoch: 0, sequence: 1)).ShouldBe(new AppendResult(ErrorCode.None, 1));
        }

        using PartitionLog again = OpenLog.In(_directory.Path);
        again.Append(BatchBuilder.Numbers(2, 1, producerId: 7, epoch: 0, sequence: 2)).ShouldBe(new AppendResult(ErrorCode.None, 2));
        again.Append(BatchBuilder.Numbers(3, 1, producerId: 7, epoch: 0, sequence: 3)).BaseOffset.ShouldBe(3);
        again.EndOffset.ShouldBe(4);
    }

    [Fact]
    public void Remembers_producers_whose_batches_are_in_older_segments()
    {
        using (PartitionLog log = OpenLog.In(_directory.Path, new() { ["segment.bytes"] = "1000" }))
        {
            log.Append(BatchBuilder.Numbers(0, 1, producerId: 7, epoch: 0, sequence: 0));
            for (int i = 1; i < 100; i++) log.Append(BatchBuilder.Numbers(i, 1));
            log.Flush();
        }

        using PartitionLog again = OpenLog.In(_directory.Path);
        again.Append(BatchBuilder.Numbers(0, 1, producerId: 7, epoch: 0, sequence: 0)).ShouldBe(new AppendResult(ErrorCode.None, 0));
    }

    [Theory]
    [InlineData(0, 5, ErrorCode.OutOfOrderSequenceNumber)]
    [InlineData(1, 3, ErrorCode.OutOfOrderSequenceNumber)]
    [InlineData(1, 0, ErrorCode.None)]
    [InlineData(0, 3, ErrorCode.None)]
    public void Judges_what_follows_an_idempotent_batch(short epoch, int sequence, object expected)
    {
        using PartitionLog log = OpenLog.In(_directory.Path);
        log.Append(BatchBuilder.Numbers(0, 3, producerId: 7, epoch: 0, sequence: 0));

        log.Append(BatchBuilder.Numbers(3, 1, producerId: 7, epoch: epoch, sequence: sequence)).Error.ShouldBe((ErrorCode)expected);
    }

    [Fact]
    public void Refuses_an_older_epoch()
    {
        using PartitionLog log = OpenLog.In(_directory.Path);
        log.Append(BatchBuilder.Numbers(0, 1, producerId: 7, epoch: 2, sequence: 0));

        log.Append(BatchBuilder.Numbers(1, 1, producerId: 7, epoch: 1, sequence: 0)).Error.ShouldBe(ErrorCode.InvalidProducerEpoch);
    }

    [Fact]
    public void Goes_on_after_a_sequence_number_has_wrapped()
    {
        using PartitionLog log = OpenLog.In(_directory.Path);
        log.Append(BatchBuilder.Numbers(0, 2, producerId: 7, epoch: 0, sequence: int.MaxValue - 1));

        log.Append(BatchBuilder.Numbers(2, 1, producerId: 7, epoch: 0, sequence: 0)).Error.ShouldBe(ErrorCode.None);
    }

    [Fact]
    public void Deletes_segments_by_age_and_keeps_offsets()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_000_000));
        var settings = new StorageSettings(false, clock, NullLogger.Instance);
        Dictionary<string, string> config = new() { ["segment.bytes"] = "1000", ["retention.ms"] = "60000" };
        using (PartitionLog log = OpenLog.In(_directory.Path, config, settings))
        {
            for (int i = 0; i < 50; i++) log.Append(BatchBuilder.Numbers(i, 1, timestamp: 1_000_000 + (i * 1000)));
            clock.Advance(TimeSpan.FromSeconds(85));
            log.DeleteOld();

            log.StartOffset.ShouldBeInRange(10, 25);
            log.Read(0, 100, atLeastOne: true).Error.ShouldBe(ErrorCode.OffsetOutOfRange);
            clock.Advance(TimeSpan.FromSeconds(100));
            log.DeleteOld();
            (log.StartOffset, log.EndOffset).ShouldBe((50, 50));
        }

        using PartitionLog again = OpenLog.In(_directory.Path, config, settings);
        (again.StartOffset, again.EndOffset).ShouldBe((50, 50));
        again.Append(BatchBuilder.Numbers(50, 1)).BaseOffset.ShouldBe(50);
    }

    [Fact]
    public void Serves_a_slice_whose_segment_was_deleted_meanwhile()
    {
        using PartitionLog log = OpenLog.In(_directory.Path, new() { ["segment.bytes"] = "1000", ["retention.bytes"] = "0" });
        for (int i = 0; i < 20; i++) log.Append(BatchBuilder.Numbers(i, 1));
        FileSlice slice = log.Read(0, 1, atLeastOne: true).Data;

        log.DeleteOld();

        log.StartOffset.ShouldBeGreaterThan(0);
        var bytes = new byte[slice.Length];
        RandomAccess.Read(slice.File!, bytes, slice.Position).ShouldBe(slice.Length);
        RecordBatch.Read(bytes).CrcFits(bytes).ShouldBeTrue();
        slice.Release();
        slice.File!.IsClosed.ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Writes_a_segment_anew_when_a_flush_fails_and_gives_up_when_that_fails_too(int failures, bool isSuspect)
    {
        int failing = 0;
        var settings = new StorageSettings(FlushEveryBatch: true, TimeProvider.System, NullLogger.Instance)
        {
            Flush = _ =>
            {
                if (failing-- > 0) throw new IOException("The disk is ill.");
            },
        };
        using PartitionLog log = OpenLog.In(_directory.Path, settings: settings);
        log.Append(BatchBuilder.Numbers(0, 5));
        failing = failures;

        log.Append(BatchBuilder.Numbers(5, 5)).Error.ShouldBe(ErrorCode.KafkaStorageError);

        log.IsSuspect.ShouldBe(isSuspect);
        log.Append(BatchBuilder.Numbers(5, 5)).Error.ShouldBe(isSuspect ? ErrorCode.KafkaStorageError : ErrorCode.None);
        log.ReadRecords().Count.ShouldBe(isSuspect ? 5 : 10);
    }
}
