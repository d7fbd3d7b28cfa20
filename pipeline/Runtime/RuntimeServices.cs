using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Detection;
using Pipeline.Runtime.Ports;
using Pipeline.Runtime.Processing;

namespace Pipeline.Runtime;

/// <summary>
/// Registration. Wants an <see cref="IAlarmStore"/> and <see cref="IPoisonEvents"/> from others, and takes an <see cref="ActorSystem"/>
/// where one is registered.
/// </summary>
public static class RuntimeServices
{
    /// <param name="policy">What detectors run under; the built-in one where none is given.</param>
    /// <exception cref="ArgumentException">The options are not valid; the message names each fault.</exception>
    public static IServiceCollection AddPipelineRuntime(
        this IServiceCollection services, RuntimeOptions options, DetectionPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] faults = [.. options.Validate()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => ActorSystem.Create("pipeline"));
        return services
            .AddSingleton(options)
            .AddSingleton<Telemetry>()
            .AddSingleton<IPartitionRuntime>(provider => new PartitionRuntime(
                provider.GetRequiredService<ActorSystem>(),
                DetectorRoster.Of(Catalog.Under(policy ?? DetectionPolicy.Default)),
                provider.GetRequiredService<IAlarmStore>(),
                provider.GetRequiredService<IPoisonEvents>(),
                options,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<Telemetry>(),
                provider.GetRequiredService<ILoggerFactory>()));
    }
}
