using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace NodeAgent.Tests.Docker;

/// <summary>Keeps what a source brings. Thread-safe.</summary>
internal sealed class RecordingSink : IEventSink
{
    private readonly Lock _gate = new();
    private readonly List<ContainerRecord> _records = [];
    private readonly List<(LossCause Cause, long Count)> _losses = [];
    private readonly List<IComposedEvent> _composed = [];

    public IComposedEvent[] Composed
    {
        get
        {
            lock (_gate) return [.. _composed];
        }
    }

    public ContainerRecord[] Records
    {
        get
        {
            lock (_gate) return [.. _records];
        }
    }

    public (LossCause Cause, long Count)[] Losses
    {
        get
        {
            lock (_gate) return [.. _losses];
        }
    }

    public IEnumerable<ContainerRecord> Of(string id) => Records.Where(record => record.ContainerId == id);

    public IEnumerable<ContainerAction> ActionsOf(string id) => Of(id).Select(record => record.Action);

    public void Take(ContainerRecord record, int weight)
    {
        lock (_gate) _records.Add(record);
    }

    public Task TakeWhenRoomAsync(ContainerRecord record, int weight, CancellationToken cancellation)
    {
        Take(record, weight);
        return Task.CompletedTask;
    }

    public void Take(ReadOnlySpan<PackedEvent> events) => throw new NotSupportedException("This source has no packed events.");

    public void Take(IComposedEvent composed)
    {
        lock (_gate) _composed.Add(composed);
    }

    public Task TakeWhenRoomAsync(IComposedEvent composed, CancellationToken cancellation)
    {
        Take(composed);
        return Task.CompletedTask;
    }

    public void ReportLoss(LossCause cause, long count)
    {
        lock (_gate) _losses.Add((cause, count));
    }
}
