using System.Threading.Channels;

namespace Agents.NodeAgent.Shipping;

/// <summary>
/// Wakes waiters. Setting it while nobody waits is remembered once; a waiter may wake without need and looks again. Safe from any thread.
/// </summary>
internal sealed class Pulse
{
    private readonly Channel<bool> _signal =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _signal.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken cancellation) => await _signal.Reader.ReadAsync(cancellation);
}
