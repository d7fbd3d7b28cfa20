using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Runtime.Ports;

namespace Pipeline.Publishing;

public static class PublishingRegistration
{
    /// <summary>Registers the <c>alarms</c> topic as the one that is told what the event store stores.</summary>
    public static IServiceCollection AddAlarmTopic(this IServiceCollection services, AlarmTopicOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<Telemetry>();
        services.AddSingleton<IAlarmSubscriber, AlarmTopic>();
        return services;
    }

    /// <summary>Registers the <c>policies</c> topic as the one that is told of changes of the policy.</summary>
    public static IServiceCollection AddPolicyTopic(this IServiceCollection services, PolicyTopicOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IPolicySubscriber, PolicyTopic>();
        return services;
    }
}
