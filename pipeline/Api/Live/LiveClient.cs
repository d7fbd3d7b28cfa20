using System.Threading.Channels;
using Pipeline.Api.Ports;

namespace Pipeline.Api.Live;

/// <summary>What one listener is told.</summary>
/// <param name="Position">Where to go on from after this.</param>
/// <param name="Alarm">Null for an alarm that the listener's filter does not find any more, <paramref name="Gone"/>.</param>
internal sealed record LiveMessage(long Position, AlarmSummary? Alarm, Guid Gone = default);

/// <summary>A listener with a bounded queue: one that does not keep up is let go, not waited for. Thread-safe.</summary>
internal sealed class LiveClient(AlarmFilter filter)
{
    /// <summary>Messages that wait for a listener at most.</summary>
    public const int LongestQueue = 1024;

    private readonly Channel<LiveMessage> _queue = Channel.CreateBounded<LiveMessage>(
        new BoundedChannelOptions(LongestQueue) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TaskCompletionSource _tooSlow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChannelReader<LiveMessage> Queue => _queue.Reader;

    /// <summary>Completes when it fell behind by more than its queue.</summary>
    public Task TooSlow => _tooSlow.Task;

    public void Offer(ChangePage page)
    {
        foreach (ChangedAlarm changed in page.Alarms)
        {
            if (Message(page.Position, changed) is not { } message || _queue.Writer.TryWrite(message)) continue;
            _queue.Writer.TryComplete();
            _tooSlow.TrySetResult();
            return;
        }
    }

    private LiveMessage? Message(long position, ChangedAlarm changed)
    {
        if (filter.Finds(changed.Alarm)) return new LiveMessage(position, changed.Alarm);
        return !changed.IsNew && filter.MayFind(changed.Alarm) ? new LiveMessage(position, null, changed.Alarm.Id) : null;
    }
}
