using System.Threading.Channels;

namespace Agents.NodeAgent.Engines;

/// <summary>
/// Handles items of many containers at a time, those of one container in their order: every container belongs to one lane, and a lane has
/// one worker. A slow answer about one
/// container holds up its lane and nothing else, the reader of the event stream least of all. Posting is safe from any thread.
/// </summary>
internal sealed class ContainerLanes(int lanes, int waiting, Func<LaneItem, CancellationToken, Task> handle)
{
    private readonly Channel<LaneItem>[] _lanes =
    [
        .. Enumerable.Range(0, lanes)
            .Select(_ => Channel.CreateBounded<LaneItem>(new BoundedChannelOptions(waiting) { SingleReader = true })),
    ];

    /// <summary>False when the container's lane is full.</summary>
    public bool TryPost(LaneItem item) => LaneOf(item).Writer.TryWrite(item);

    /// <summary>Waits for room in the container's lane.</summary>
    public ValueTask PostAsync(LaneItem item, CancellationToken cancellation) => LaneOf(item).Writer.WriteAsync(item, cancellation);

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(_lanes.Select(lane => WorkAsync(lane.Reader, cancellation)));

    private async Task WorkAsync(ChannelReader<LaneItem> lane, CancellationToken cancellation)
    {
        await foreach (LaneItem item in lane.ReadAllAsync(cancellation)) await handle(item, cancellation);
    }

    private Channel<LaneItem> LaneOf(LaneItem item) =>
        _lanes[(uint)item.ContainerId.GetHashCode(StringComparison.Ordinal) % (uint)_lanes.Length];
}
