using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Ingest.DeadLetters;
using Pipeline.Ingest.Lanes;
using Pipeline.Ingest.Policies;
using Pipeline.Runtime.Ports;

namespace Pipeline.Ingest;

/// <summary>Registration. Wants an <c>ActorSystem</c>, <see cref="IAlarmStore"/> and <see cref="IPartitionRuntime"/> from others.</summary>
public static class IngestServices
{
    /// <exception cref="ArgumentException">The options are not valid; the message names each fault.</exception>
    public static IServiceCollection AddIngest(this IServiceCollection services, IngestOptions options)
    {
        string[] faults = [.. options.Validate()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton(options)
            .AddSingleton<Telemetry>()
            .AddSingleton<DeadLetterProducer>()
            .AddSingleton<IDeadLetters>(provider => provider.GetRequiredService<DeadLetterProducer>())
            .AddSingleton<IPoisonEvents>(provider => provider.GetRequiredService<DeadLetterProducer>())
            .AddSingleton(provider => new IngestGraph(
                options,
                provider.GetRequiredService<IAlarmStore>().AcquireAsync,
                provider.GetRequiredService<IPartitionRuntime>(),
                provider.GetRequiredService<IDeadLetters>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<Telemetry>(),
                provider.GetRequiredService<ILoggerFactory>()))
            .AddSingleton<IngestService>()
            .AddSingleton<IIngestStatus>(provider => provider.GetRequiredService<IngestService>())
            .AddSingleton<IHostedService>(provider => provider.GetRequiredService<IngestService>());
    }

    /// <summary>Reads changes of the policy for the runtime. After <see cref="AddIngest"/>.</summary>
    public static IServiceCollection AddPolicyReader(this IServiceCollection services) => services.AddHostedService<PolicyReader>();
}
