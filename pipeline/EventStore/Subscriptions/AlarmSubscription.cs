using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;
using Npgsql;
using Pipeline.Domain.Alarms;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore.Subscriptions;

/// <summary>Reads the stored events page after page for a subscriber. Marten keeps the position, in the transaction that ends a page.</summary>
internal sealed class AlarmSubscription : SubscriptionBase
{
    /// <summary>Name of the stored position: another name begins at the first event again.</summary>
    public const string PositionName = "alarms-topic";

    /// <summary>Bound on memory, and on what is told again after a crash.</summary>
    private const int EventsPerPage = 500;

    private const string SourcesOf = $"select id, node, container_id from {Tables.Alarms} where id = any($1)";

    private readonly NpgsqlDataSource _connections;
    private readonly IAlarmSubscriber _subscriber;

    public AlarmSubscription(NpgsqlDataSource connections, IAlarmSubscriber subscriber)
    {
        _connections = connections;
        _subscriber = subscriber;
        Name = PositionName;
        Options.BatchSize = EventsPerPage;
        Options.MaximumHopperSize = 4 * EventsPerPage;
    }

    public override async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        Dictionary<Guid, (string Node, string ContainerId)> sources = await FindSourcesAsync(page.Events, cancellationToken);
        await _subscriber.TakeAsync([.. page.Events.Where(e => e.Data is AlarmEvent).Select(e => Record(e, sources))], cancellationToken);
        return NullChangeListener.Instance;
    }

    private static AlarmEventRecord Record(IEvent stored, Dictionary<Guid, (string Node, string ContainerId)> sources)
    {
        var alarm = (AlarmEvent)stored.Data;
        (string node, string containerId) = sources.GetValueOrDefault(alarm.AlarmId, ("", ""));
        return new AlarmEventRecord(alarm, stored.Sequence, stored.Version, stored.Timestamp, node, containerId);
    }

    /// <summary>Only the first event of an alarm says where it is; the list, kept in the same transaction, has it for the others.</summary>
    private async Task<Dictionary<Guid, (string Node, string ContainerId)>> FindSourcesAsync(List<IEvent> events, CancellationToken cancellation)
    {
        var sources = events.Select(e => e.Data).OfType<AlarmRaised>()
            .ToDictionary(raised => raised.AlarmId, raised => (raised.Source.Node, raised.Source.ContainerId));
        Guid[] others = [.. events.Select(e => e.StreamId).Distinct().Where(id => !sources.ContainsKey(id))];
        if (others.Length == 0) return sources;
        await using NpgsqlCommand command = _connections.CreateCommand(SourcesOf);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = others });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) sources[reader.GetGuid(0)] = (reader.GetString(1), reader.GetString(2));
        return sources;
    }
}
