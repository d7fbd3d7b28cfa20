using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Detection;
using Pipeline.EventStore;
using Pipeline.Feeds;
using Pipeline.Ingest;
using Pipeline.Policies;
using Pipeline.Runtime;

namespace EndToEnd;

/// <summary>
/// The way of a record from the log into the store in this process, for policies that are too many for a process each. Registered as
/// alarmctl does it, from the same document that alarmctl would read.
/// </summary>
internal sealed class PipelineInProcess : IAsyncDisposable
{
    private readonly IHost _host;

    private PipelineInProcess(IHost host) => _host = host;

    public static async Task<PipelineInProcess> StartAsync(string document, EventLog log, string bootstrapServers, string postgres)
    {
        PolicyReading reading = PolicyYaml.Read(document);
        DetectionPolicy policy = reading.Policy.ShouldNotBeNull(string.Join('\n', reading.Faults));
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddSingleton(_ => ActorSystem.Create("pipeline", "akka.loglevel = WARNING"));
        builder.Services.AddEventStore(postgres);
        builder.Services.AddPipelineRuntime(
            new RuntimeOptions(), Catalog.Under(policy, FingerprintFeeds.Load(policy.MaliciousProgram.FingerprintFeeds).Set));
        builder.Services.AddIngest(new IngestOptions
        {
            BootstrapServers = bootstrapServers,
            Topic = log.Events,
            DeadLetterTopic = log.DeadLetterTopic,
            GroupId = log.Events,
            CreateTopics = true,
            CreatedPartitions = 1,
        });
        IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new PipelineInProcess(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await _host.Services.GetRequiredService<ActorSystem>().Terminate();
        _host.Dispose();
    }
}
