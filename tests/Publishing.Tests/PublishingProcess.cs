using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore;
using Pipeline.Publishing;
using Pipeline.Runtime.Ports;

namespace Publishing.Tests;

/// <summary>A process that stores alarms and publishes what is stored, as the pipeline does.</summary>
internal sealed class PublishingProcess : IAsyncDisposable
{
    private static readonly PartitionId Partition = new("node-events", 0);

    private readonly IHost _host;
    private FencingToken? _token;

    private PublishingProcess(IHost host) => _host = host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<PublishingProcess> StartAsync(string postgres, string bootstrapServers, string topic)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddEventStore(postgres);
        builder.Services.AddAlarmTopic(new AlarmTopicOptions
        {
            BootstrapServers = bootstrapServers,
            Topic = topic,
            StateTopic = topic + "-state",
            CreateTopic = true,
            CreatedPartitions = 1,
        });
        builder.Services.AddAlarmSubscription();
        IHost host = builder.Build();
        await host.StartAsync(Cancellation);
        return new PublishingProcess(host);
    }

    public async Task StoreAsync(params AlarmEvent[] alarms)
    {
        IAlarmStore store = _host.Services.GetRequiredService<IAlarmStore>();
        _token ??= (await store.AcquireAsync(Partition, Cancellation)).Token;
        CommitOutcome outcome = await store.CommitAsync(new PartitionCommit(Partition, _token.Value, [.. alarms], null), Cancellation);
        outcome.ShouldBeOfType<CommitOutcome.Committed>();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
