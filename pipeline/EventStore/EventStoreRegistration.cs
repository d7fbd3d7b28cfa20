using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Api.Ports;
using Pipeline.EventStore.Exclusions;
using Pipeline.EventStore.Policies;
using Pipeline.EventStore.Subscriptions;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore;

public static class EventStoreRegistration
{
    /// <summary>
    /// Registers <see cref="IAlarmStore"/>, <see cref="IAlarmQueries"/>, <see cref="IAlarmHandling"/>, <see cref="IAlarmChanges"/>, <see cref="IExclusions"/>, <see cref="IPolicies"/>, and the creation of the schema beside the start of the process;
    /// <see cref="AlarmDatabase.IsReady"/> says when it is there.
    /// </summary>
    public static IServiceCollection AddEventStore(this IServiceCollection services, string connectionString) =>
        services.AddEventStore(new EventStoreOptions { ConnectionString = connectionString });

    public static IServiceCollection AddEventStore(this IServiceCollection services, EventStoreOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(provider => new AlarmDatabase(
            options, provider.GetServices<IAlarmSubscriber>(), provider.GetService<IPolicySubscriber>()));
        services.AddSingleton<IAlarmStore, AlarmStore>();
        services.AddSingleton<IAlarmQueries, AlarmQueries>();
        services.AddSingleton<IAlarmHandling, AlarmHandler>();
        services.AddSingleton<IAlarmChanges, AlarmChanges>();
        services.AddSingleton<ExclusionBell>();
        services.AddSingleton<ExclusionKeeper>();
        services.AddSingleton<IExclusions, ExclusionStore>();
        services.AddSingleton<IPolicies, PolicyStore>();
        services.AddHostedService<SchemaStartup>();
        services.AddHostedService<ExclusionService>();
        return services;
    }

    /// <summary>Tells every stored alarm event to each <see cref="IAlarmSubscriber"/> that is registered.</summary>
    public static IServiceCollection AddAlarmSubscription(this IServiceCollection services) => services.AddHostedService<SubscriptionService>();
}
