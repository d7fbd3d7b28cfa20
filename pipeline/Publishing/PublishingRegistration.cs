using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Runtime.Ports;

namespace Pipeline.Publishing;

public static class PublishingRegistration
{
    /// <summary>Registers the <c>alarms</c> and <c>alarm-state</c> topics, to be told what the event store stores.</summary>
    public static IServiceCollection AddAlarmTopic(this IServiceCollection services, AlarmTopicOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Telemetry>();
        services.AddSingleton<IAlarmSubscriber>(provider => Topic(TopicContent.Events(options), provider));
        services.AddSingleton<IAlarmSubscriber>(provider => Topic(TopicContent.States(options), provider));
        return services;

        AlarmTopic Topic(TopicContent content, IServiceProvider provider) => new(
            content, options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<Telemetry>(),
            provider.GetRequiredService<ILogger<AlarmTopic>>());
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
