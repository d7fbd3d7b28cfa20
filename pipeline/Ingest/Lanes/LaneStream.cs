using Akka.Streams;
using Akka.Streams.Dsl;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Events;
using Pipeline.Ingest.Consuming;
using Pipeline.Ingest.DeadLetters;
using Pipeline.Ingest.Decoding;
using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest.Lanes;

/// <summary>
/// Runs the lane of an assigned partition to its end: record after record is decoded and fed to the runtime, or written to the dead letters and passed over.
/// Each element ends in one of these ways or ends the lane; none is dropped. How the lane ended is a value, never an exception.
/// </summary>
internal sealed class LaneStream(
    IPartitionRuntime runtime, RecordDecoder decoder, IDeadLetters deadLetters, Telemetry telemetry, ILogger logger)
{
    /// <summary>How soon a checkpoint that the store took while nothing came is passed on as group offset.</summary>
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(1);

    public async Task<LaneEnd> RunAsync(AssignedPartition partition, IMaterializer materializer)
    {
        LaneOutcome last;
        try
        {
            IPartitionLane lane = await runtime.OpenAsync(partition.Checkpoint, partition.Aborted);
            await using (lane) last = await ProcessAsync(partition, lane, materializer);
        }
        catch (Exception cause)
        {
            // The top of the lane: the partition is opened again from its checkpoint.
            last = FailureOf(cause, partition);
        }

        LaneEnd end = partition.Aborted.IsCancellationRequested ? new LaneEnd.Aborted() : EndOf(last);
        partition.ReportStopped(end);
        return end;
    }

    private async Task<LaneOutcome> ProcessAsync(AssignedPartition partition, IPartitionLane lane, IMaterializer materializer)
    {
        LaneOutcome last = await partition.Records
            .Select(Prepare)
            .KeepAlive(IdleInterval, LaneWork () => LaneWork.Idle.Instance)
            .SelectAsync(1, work => StepAsync(partition, lane, work))
            .TakeWhile(outcome => outcome is LaneOutcome.Done, inclusive: true)
            .RunWith(Sink.Aggregate<LaneOutcome, LaneOutcome>(new LaneOutcome.Done(), (_, outcome) => outcome), materializer);
        if (last is not LaneOutcome.Done || partition.Aborted.IsCancellationRequested) return last;
        LaneOutcome drained = await lane.DrainAsync(partition.Aborted);
        Confirm(partition, lane);
        return drained;
    }

    private LaneWork Prepare(LaneElement element) => element switch
    {
        ConsumedRecord record => decoder.Decode(record) switch
        {
            DecodedRecord.Events events => new LaneWork.Feed(events),
            DecodedRecord.Poison poison => new LaneWork.Bury(poison),
            var unknown => throw new System.Diagnostics.UnreachableException(unknown.ToString()),
        },
        OffsetBreak gap => new LaneWork.Pass(gap),
        _ => throw new System.Diagnostics.UnreachableException(element.ToString()),
    };

    private async Task<LaneOutcome> StepAsync(AssignedPartition partition, IPartitionLane lane, LaneWork work)
    {
        try
        {
            LaneOutcome outcome = await DoAsync(partition, lane, work);
            if (outcome is LaneOutcome.Done && work.Next is { } next) partition.Processed(next);
            Confirm(partition, lane);
            return outcome;
        }
        catch (Exception cause)
        {
            // A failure is a value before it meets the stream, whose own ways with exceptions could let a later record pass.
            return FailureOf(cause, partition);
        }
    }

    private Task<LaneOutcome> DoAsync(AssignedPartition partition, IPartitionLane lane, LaneWork work) => work switch
    {
        LaneWork.Feed(var events) => FeedAsync(partition, lane, events),
        LaneWork.Bury(var poison) => BuryAsync(partition, lane, poison),
        // After a cut of the log positions go back; there is nothing to pass over.
        LaneWork.Pass({ LostRecords: > 0 } gap) => lane.SkipAsync(gap.Found - 1, partition.Aborted),
        _ => Task.FromResult<LaneOutcome>(new LaneOutcome.Done()),
    };

    /// <remarks>After an exception the batch is left alone: the runtime may still be reading it.</remarks>
    private async Task<LaneOutcome> FeedAsync(AssignedPartition partition, IPartitionLane lane, DecodedRecord.Events events)
    {
        EventBatch batch = events.Batch;
        LaneOutcome outcome = await lane.FeedAsync(batch, events.Record.Offset, partition.Aborted);
        telemetry.Events(batch.Count);
        decoder.Return(batch);
        return outcome;
    }

    private async Task<LaneOutcome> BuryAsync(AssignedPartition partition, IPartitionLane lane, DecodedRecord.Poison poison)
    {
        await deadLetters.WriteAsync(poison, partition.Aborted);
        return await lane.SkipAsync(poison.Record.Offset, partition.Aborted);
    }

    private static void Confirm(AssignedPartition partition, IPartitionLane lane)
    {
        if (lane.DurableOffset is { } durable) partition.Confirm(durable);
    }

    private LaneOutcome.Failed FailureOf(Exception cause, AssignedPartition partition)
    {
        if (partition.Aborted.IsCancellationRequested) Log.LaneAborted(logger, cause, partition.Id);
        else Log.LaneFailed(logger, cause, partition.Id);
        return new LaneOutcome.Failed(cause.Message);
    }

    private static LaneEnd EndOf(LaneOutcome last) => last switch
    {
        LaneOutcome.Fenced => new LaneEnd.Fenced(),
        LaneOutcome.Failed(var reason) => new LaneEnd.Failed(reason),
        _ => new LaneEnd.Drained(),
    };

    /// <summary>What the lane does with an element.</summary>
    /// <param name="Next">Where the lane is when it is done; null when that does not change.</param>
    private abstract record LaneWork(long? Next)
    {
        public sealed record Feed(DecodedRecord.Events Events) : LaneWork(Events.Record.Offset + 1);

        public sealed record Bury(DecodedRecord.Poison Poison) : LaneWork(Poison.Record.Offset + 1);

        public sealed record Pass(OffsetBreak Gap) : LaneWork(Gap.Found);

        public sealed record Idle() : LaneWork((long?)null)
        {
            public static Idle Instance { get; } = new();
        }
    }
}
