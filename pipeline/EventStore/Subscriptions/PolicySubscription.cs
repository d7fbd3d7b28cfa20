using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Marten.Subscriptions;
using Pipeline.Domain.Policies;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore.Subscriptions;

/// <summary>Reads the changes of the policy for a subscriber. Marten keeps the position, in the transaction that ends a page.</summary>
internal sealed class PolicySubscription : SubscriptionBase
{
    /// <summary>Name of the stored position: another name begins at the first event again.</summary>
    public const string PositionName = "policies-topic";

    private readonly IPolicySubscriber _subscriber;

    public PolicySubscription(IPolicySubscriber subscriber)
    {
        _subscriber = subscriber;
        Name = PositionName;
        IncludeType<PolicyApplied>();
        IncludeType<PolicyRolledBack>();
    }

    public override async Task<IChangeListener> ProcessEventsAsync(
        EventRange page, ISubscriptionController controller, IDocumentOperations operations, CancellationToken cancellationToken)
    {
        await _subscriber.TakeAsync([.. page.Events.Select(e => e.Data).OfType<PolicyEvent>()], cancellationToken);
        return NullChangeListener.Instance;
    }
}
