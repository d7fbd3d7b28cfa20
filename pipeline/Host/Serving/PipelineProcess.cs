using System.Collections.Immutable;
using System.Net.Sockets;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Pipeline.Api;
using Pipeline.Detection;
using Pipeline.Detection.Fingerprints;
using Pipeline.EventStore;
using Pipeline.Feeds;
using Pipeline.Ingest;
using Pipeline.Publishing;
using Pipeline.Runtime;

namespace Pipeline.Host.Serving;

/// <summary>The composition root: every part of a pipeline process, wired. Nothing else in the solution knows all of them.</summary>
internal static class PipelineProcess
{
    /// <summary>How long a stop may take: the lanes store what they have in hand, then the actors end.</summary>
    private static readonly TimeSpan StopWait = TimeSpan.FromSeconds(25);

    /// <summary>Runs until told to stop.</summary>
    /// <returns>Exit code: 0 stopped as asked, 2 the address cannot be listened on.</returns>
    public static async Task<int> RunAsync(ServeOptions options, TextWriter errors, CancellationToken cancellation)
    {
        await using WebApplication app = Build(options, await LoadFeedsAsync(options.Policy, errors));
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e) when (e.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await errors.WriteLineAsync($"alarmctl serve: cannot listen on {options.Listen}: {e.Message}");
            return Commands.AlarmCtl.Unusable;
        }

        await app.WaitForShutdownAsync(cancellation);
        await app.Services.GetRequiredService<ActorSystem>().Terminate();
        return 0;
    }

    /// <summary>A feed is somebody else's: what is bad in it is said and does not stop the process.</summary>
    private static async Task<FingerprintSet> LoadFeedsAsync(DetectionPolicy policy, TextWriter errors)
    {
        (FingerprintSet set, ImmutableArray<FeedReport> reports) = FingerprintFeeds.Load(policy.MaliciousProgram.FingerprintFeeds);
        foreach (FeedReport report in reports)
        {
            await errors.WriteLineAsync($"alarmctl serve: feed {report.File}: {report.Taken} digests, {report.Ignored} ignored, {report.Bad} bad, {report.Refused} without room");
            foreach (FeedFault fault in report.Faults) await errors.WriteLineAsync($"alarmctl serve: feed {fault}");
        }

        return set;
    }

    private static WebApplication Build(ServeOptions options, FingerprintSet fingerprints)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "alarmctl" });
        builder.WebHost.UseUrls(options.Listen.GetLeftPart(UriPartial.Authority));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 1024;
        });
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning).AddFilter("Marten", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWait);
        // On loopback a browser of this machine is the only stranger: a page that rebinds its name to 127.0.0.1 comes with that name as the host.
        if (options.Listen.IsLoopback) builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        Compose(builder.Services, options, fingerprints);
        WebApplication app = builder.Build();
        if (options.Listen.IsLoopback) app.UseHostFiltering();
        app.MapAlarmApi();
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = Readiness.WriteAsync });
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    private static void Compose(IServiceCollection services, ServeOptions options, FingerprintSet fingerprints)
    {
        // Hosted services stop in the opposite order of registration: ingest drains before the store and the actors go.
        services.AddEventStore(new EventStoreOptions { ConnectionString = options.Postgres, Reader = options.Reader });
        services.AddPipelineRuntime(new RuntimeOptions(), Catalog.Under(options.Policy, fingerprints));
        services.AddIngest(new IngestOptions
        {
            BootstrapServers = options.Kafka,
            Topic = options.Topics.Events,
            DeadLetterTopic = options.Topics.DeadLetters,
            GroupId = options.Topics.Group,
            CreateTopics = options.CreateTopics,
            ClientSettings = options.KafkaSettings,
        });
        services.AddAlarmTopic(new AlarmTopicOptions
        {
            BootstrapServers = options.Kafka,
            Topic = options.Topics.Alarms,
            StateTopic = options.Topics.AlarmStates,
            CreateTopic = options.CreateTopics,
            ClientSettings = options.KafkaSettings,
        });
        services.AddAlarmSubscription();
        services.AddAlarmApi();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store").AddCheck<ConsumerHealthCheck>("consumer");
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("Pipeline.*", "Npgsql", "System.Runtime", "Microsoft.AspNetCore.Hosting")
            .AddPrometheusExporter());
    }
}
