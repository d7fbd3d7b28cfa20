using DevBroker.Protocol;
using DevBroker.Storage;

namespace DevBroker.Apis;

/// <summary>
/// Reading, with a long poll: the answer waits until there are enough bytes or the client's time is up. Incremental sessions are
/// declined (the session id is always 0), as the protocol allows.
/// </summary>
internal static class FetchApi
{
    /// <summary>The most record data in one answer, whatever the client asks for.</summary>
    private const int ResponseBytesMax = 64 * 1024 * 1024;

    private readonly record struct Item(int Partition, int CurrentLeaderEpoch, long Offset, int BytesMax);

    private readonly record struct Found(int Partition, ErrorCode Error, PartitionLog? Log, FileSlice Data);

    private sealed record Request(int WaitMsMax, int BytesMin, int BytesMax, int SessionId, List<TopicItems<Item>> Topics);

    public static async ValueTask HandleAsync(Broker broker, Call call)
    {
        Request request = Read(call);
        if (request.SessionId != 0)
        {
            Write(call, [], ErrorCode.FetchSessionIdNotFound);
            return;
        }

        List<TopicItems<Found>> found = Find(broker, request);
        if (!IsEnough(found, request) && request.WaitMsMax > 0) found = await WaitAsync(broker, call, request, found);
        Write(call, found, ErrorCode.None);
    }

    private static Request Read(Call call)
    {
        short version = call.Version;
        FrameReader reader = call.Reader;
        reader.Int32();
        (int waitMs, int bytesMin, int bytesMax) = (reader.Int32(), reader.Int32(), reader.Int32());
        reader.Int8();
        int sessionId = version >= 7 ? reader.Int32() : 0;
        if (version >= 7) reader.Int32();
        List<TopicItems<Item>> topics = TopicItems.Read(reader, itemBytesMin: 16, from =>
        {
            int partition = from.Int32();
            int epoch = version >= 9 ? from.Int32() : -1;
            long offset = from.Int64();
            if (version >= 12) from.Int32();
            if (version >= 5) from.Int64();
            var item = new Item(partition, epoch, offset, from.Int32());
            from.Tags();
            return item;
        });
        return new Request(waitMs, bytesMin, Math.Min(bytesMax, ResponseBytesMax), sessionId, topics);
    }

    private static async Task<List<TopicItems<Found>>> WaitAsync(Broker broker, Call call, Request request, List<TopicItems<Found>> found)
    {
        long started = broker.Clock.GetTimestamp();
        TimeSpan patience = TimeSpan.FromMilliseconds(request.WaitMsMax);
        while (true)
        {
            Release(found);
            var waiter = new AppendWaiter();
            PartitionLog[] logs = [.. found.SelectMany(topic => topic.Partitions).Select(item => item.Log).OfType<PartitionLog>()];
            foreach (PartitionLog log in logs) log.AddWaiter(waiter);
            try
            {
                // Again, since something may have come before the waiter was in place.
                found = Find(broker, request);
                TimeSpan left = patience - broker.Clock.GetElapsedTime(started);
                if (left <= TimeSpan.Zero || IsEnough(found, request)) return found;
                await waiter.Signalled.WaitAsync(left, broker.Clock, call.Peer.Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                call.Peer.Closed.ThrowIfCancellationRequested();
            }
            finally
            {
                foreach (PartitionLog log in logs) log.RemoveWaiter(waiter);
            }
        }
    }

    private static List<TopicItems<Found>> Find(Broker broker, Request request)
    {
        int bytesLeft = request.BytesMax;
        bool isFirst = true;
        var topics = new List<TopicItems<Found>>(request.Topics.Count);
        foreach (TopicItems<Item> asked in request.Topics)
        {
            Topic? topic = broker.Topics.Find(asked.Topic);
            var items = new List<Found>(asked.Partitions.Count);
            foreach (Item item in asked.Partitions)
            {
                Found found = FindOne(topic?.Partition(item.Partition), item, Math.Min(bytesLeft, item.BytesMax), isFirst);
                bytesLeft -= found.Data.Length;
                isFirst &= found.Data.Length == 0;
                items.Add(found);
            }

            topics.Add(new TopicItems<Found>(asked.Topic, items));
        }

        return topics;
    }

    private static Found FindOne(PartitionLog? log, Item item, int bytesMax, bool atLeastOne)
    {
        if (log is null) return new Found(item.Partition, ErrorCode.UnknownTopicOrPartition, null, FileSlice.Empty);
        if (OffsetApis.CheckEpoch(item.CurrentLeaderEpoch) is var wrong and not ErrorCode.None)
            return new Found(item.Partition, wrong, log, FileSlice.Empty);
        ReadResult result = log.Read(item.Offset, bytesMax, atLeastOne);
        return new Found(item.Partition, result.Error, log, result.Data);
    }

    private static bool IsEnough(List<TopicItems<Found>> found, Request request)
    {
        long bytes = 0;
        foreach (TopicItems<Found> topic in found)
        {
            foreach (Found item in topic.Partitions)
            {
                if (item.Error != ErrorCode.None) return true;
                bytes += item.Data.Length;
            }
        }

        return bytes >= request.BytesMin;
    }

    private static void Release(List<TopicItems<Found>> found)
    {
        foreach (Found item in found.SelectMany(topic => topic.Partitions)) item.Data.Release();
    }

    private static void Write(Call call, List<TopicItems<Found>> found, ErrorCode error)
    {
        short version = call.Version;
        call.WriteThrottleTime(sinceVersion: 1);
        if (version >= 7)
        {
            call.Writer.Error(error);
            call.Writer.Int32(0);
        }

        TopicItems.Write(call.Writer, found, (to, _, item) =>
        {
            bool isKnown = item.Log is not null && item.Error is ErrorCode.None or ErrorCode.OffsetOutOfRange;
            long end = isKnown ? item.Log!.EndOffset : -1;
            to.Int32(item.Partition);
            to.Error(item.Error);
            to.Int64(end);
            to.Int64(end);
            if (version >= 5) to.Int64(isKnown ? item.Log!.StartOffset : -1);
            to.ArrayLength(0);
            if (version >= 11) to.Int32(-1);
            to.Records(item.Data);
            to.Tags();
        });
        call.Writer.Tags();
    }
}
