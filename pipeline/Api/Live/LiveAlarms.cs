using Pipeline.Api.Ports;

namespace Pipeline.Api.Live;

/// <summary>Follows the store for all listeners of this process together, while there are any. Thread-safe.</summary>
internal sealed class LiveAlarms(IAlarmChanges changes, LiveTelemetry telemetry) : IDisposable
{
    /// <summary>Listeners of a process at most.</summary>
    public const int MostClients = 256;

    private readonly Lock _lock = new();
    private readonly HashSet<LiveClient> _clients = [];
    private Following? _following;

    /// <summary>Begins to listen. What is stored after the position that comes with it will be told.</summary>
    /// <returns>Null when there are too many.</returns>
    public async Task<(LiveClient Client, long Position)?> JoinAsync(AlarmFilter filter, CancellationToken cancellation)
    {
        var client = new LiveClient(filter);
        Following following;
        lock (_lock)
        {
            if (_clients.Count >= MostClients) return null;
            _clients.Add(client);
            telemetry.Joined();
            following = _following ??= Begin();
        }

        try
        {
            await following.Begun.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Leave(client, "left");
            throw;
        }

        lock (_lock) return (client, following.Position);
    }

    public void Leave(LiveClient client, string why)
    {
        lock (_lock)
        {
            if (!_clients.Remove(client)) return;
            telemetry.Left(why);
            if (_clients.Count > 0) return;
            _following?.Stop.Cancel();
            _following = null;
        }
    }

    public void Dispose()
    {
        lock (_lock) _following?.Stop.Cancel();
    }

    private Following Begin()
    {
        var following = new Following();
        _ = FollowAsync(following);
        return following;
    }

    private async Task FollowAsync(Following following)
    {
        // Not in the request that happens to come first.
        await Task.Yield();
        try
        {
            await foreach (ChangePage page in changes.FollowAsync(following.Stop.Token))
            {
                lock (_lock)
                {
                    following.Position = page.Position;
                    if (_following == following)
                        foreach (LiveClient client in _clients) client.Offer(page);
                }

                following.Begun.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }

    private sealed class Following
    {
        public CancellationTokenSource Stop { get; } = new();

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Position { get; set; }
    }
}
