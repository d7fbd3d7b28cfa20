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
using Pipeline.Api.Ports;
using Pipeline.EventStore;
using Pipeline.Ingest;
using Pipeline.Publishing;
using Pipeline.Runtime;
using Pipeline.Runtime.Ports;

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
        await using WebApplication app = Build(options, new PolicyDocuments(options.Policy, options.Document, errors));
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

    private static WebApplication Build(ServeOptions options, PolicyDocuments policies)
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
        Compose(builder.Services, options, policies);
        WebApplication app = builder.Build();
        if (options.Listen.IsLoopback) app.UseHostFiltering();
        app.MapAlarmApi();
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = Readiness.WriteAsync });
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }

    private static void Compose(IServiceCollection services, ServeOptions options, PolicyDocuments policies)
    {
        // Hosted services stop in the opposite order of registration: ingest drains before the store and the actors go.
        services.AddEventStore(new EventStoreOptions { ConnectionString = options.Postgres, Reader = options.Reader });
        services.AddSingleton<IPolicyDocuments>(policies).AddSingleton<IPolicyCompiler>(policies);
        services.AddPipelineRuntime(new RuntimeOptions(), policies.Start, options.Document);
        services.AddIngest(new IngestOptions
        {
            BootstrapServers = options.Kafka,
            Topic = options.Topics.Events,
            DeadLetterTopic = options.Topics.DeadLetters,
            PolicyTopic = options.Topics.Policies,
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
        services.AddPolicyTopic(new PolicyTopicOptions
        {
            BootstrapServers = options.Kafka,
            Topic = options.Topics.Policies,
            ClientSettings = options.KafkaSettings,
        });
        services.AddPolicyReader();
        services.AddAlarmSubscription();
        services.AddAlarmApi();
        services.AddHealthChecks().AddCheck<StoreHealthCheck>("store").AddCheck<ConsumerHealthCheck>("consumer");
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("Pipeline.*", "Npgsql", "System.Runtime", "Microsoft.AspNetCore.Hosting")
            .AddPrometheusExporter());
    }
}
