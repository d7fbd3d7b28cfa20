using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Detection;
using Pipeline.Domain.Kernel;
using Pipeline.Domain.Policies;
using Pipeline.Runtime.Policies;
using Pipeline.Runtime.Ports;
using Pipeline.Runtime.Processing;

namespace Pipeline.Runtime;

/// <summary>
/// Registration. Wants an <see cref="IAlarmStore"/> and <see cref="IPoisonEvents"/> from others, and takes an <see cref="ActorSystem"/>
/// where one is registered. Takes up other policies where an <see cref="IPolicyCompiler"/> is registered.
/// </summary>
public static class RuntimeServices
{
    /// <param name="detectors">What runs until the store has a policy; the catalogue under the built-in one where nothing is given.</param>
    /// <param name="document">The policy that they are under; the built-in one where nothing is given.</param>
    /// <exception cref="ArgumentException">The options are not valid; the message names each fault.</exception>
    public static IServiceCollection AddPipelineRuntime(
        this IServiceCollection services, RuntimeOptions options, ImmutableArray<DetectorFactory>? detectors = null, PolicyDocument? document = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] faults = [.. options.Validate()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(" ", faults), nameof(options));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => ActorSystem.Create("pipeline"));
        return services
            .AddSingleton(options)
            .AddSingleton<Telemetry>()
            .AddSingleton(provider => new PolicyShelf(
                new RunnablePolicy(document ?? PolicyDocument.BuiltIn, DetectorRoster.Of(detectors ?? Catalog.Detectors)),
                provider.GetService<IPolicyCompiler>(),
                provider.GetRequiredService<Telemetry>(),
                provider.GetRequiredService<ILoggerFactory>().CreateLogger("Pipeline.Runtime")))
            .AddSingleton<IPolicyChanges>(provider => provider.GetRequiredService<PolicyShelf>())
            .AddSingleton<IPartitionRuntime>(provider => new PartitionRuntime(
                provider.GetRequiredService<ActorSystem>(),
                provider.GetRequiredService<PolicyShelf>(),
                provider.GetRequiredService<IAlarmStore>(),
                provider.GetRequiredService<IPoisonEvents>(),
                options,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<Telemetry>(),
                provider.GetRequiredService<ILoggerFactory>()));
    }
}
