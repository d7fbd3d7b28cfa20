using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;
using Npgsql;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore.Subscriptions;

/// <summary>
/// Reads the stored events page after page for one subscriber. Marten keeps its position, under its name, in the transaction that ends a page.
/// </summary>
internal sealed class AlarmSubscription : SubscriptionBase
{
    /// <summary>Bound on memory, and on what is told again after a crash.</summary>
    private const int EventsPerPage = 500;

    private readonly SnapshotReader _alarms;
    private readonly IAlarmSubscriber _subscriber;

    public AlarmSubscription(NpgsqlDataSource connections, IAlarmSubscriber subscriber)
    {
        _alarms = new SnapshotReader(connections);
        _subscriber = subscriber;
        Name = subscriber.Name;
        Options.BatchSize = EventsPerPage;
        Options.MaximumHopperSize = 4 * EventsPerPage;
    }

    public override async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        IEvent[] events = [.. page.Events.Where(e => e.Data is AlarmEvent)];
        Guid[] ids = [.. events.Select(e => e.StreamId).Distinct()];
        Dictionary<Guid, AlarmSnapshot> alarms = ids.Length == 0 ? [] : await _alarms.ReadAsync(ids, cancellationToken);
        foreach (Guid unlisted in ids.Where(id => !alarms.ContainsKey(id)).ToArray())
            alarms[unlisted] = await FoldAsync(unlisted, operations, cancellationToken);
        await _subscriber.TakeAsync([.. events.Select(e => Record(e, alarms[e.StreamId]))], cancellationToken);
        return NullChangeListener.Instance;
    }

    /// <summary>An alarm that the list lacks, as while it is built anew.</summary>
    private static async Task<AlarmSnapshot> FoldAsync(Guid id, IQuerySession session, CancellationToken cancellation)
    {
        IReadOnlyList<IEvent> stream = await session.Events.FetchStreamAsync(id, token: cancellation);
        AlarmView? view = stream.Aggregate((AlarmView?)null, (folded, e) => AlarmView.Apply(folded, (AlarmEvent)e.Data));
        return view is null
            ? throw new InvalidDataException($"The events of alarm {id} do not begin with its being raised")
            : AlarmSnapshot.Of(view, stream[0].Timestamp);
    }

    private static AlarmEventRecord Record(IEvent stored, AlarmSnapshot now) =>
        new((AlarmEvent)stored.Data, stored.Sequence, stored.Version, stored.Timestamp, now);
}
