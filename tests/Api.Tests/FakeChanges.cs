using System.Collections.Immutable;
using System.Threading.Channels;
using Pipeline.Api.Ports;

namespace Api.Tests;

/// <summary>Says what it is told to say, when it is told.</summary>
internal sealed class FakeChanges : IAlarmChanges
{
    private readonly Channel<ChangePage> _pages = Channel.CreateUnbounded<ChangePage>();

    /// <summary>Answer to what was missed; default for too much.</summary>
    public ImmutableArray<AlarmSummary>? Missed { get; set; } = [];

    public long? AskedSince { get; private set; }

    public void Say(long position, params ChangedAlarm[] alarms) => _pages.Writer.TryWrite(new ChangePage(position, [.. alarms]));

    public IAsyncEnumerable<ChangePage> FollowAsync(CancellationToken cancellation) => _pages.Reader.ReadAllAsync(cancellation);

    public Task<ImmutableArray<AlarmSummary>?> SinceAsync(long position, int most, CancellationToken cancellation)
    {
        AskedSince = position;
        return Task.FromResult(Missed);
    }
}
