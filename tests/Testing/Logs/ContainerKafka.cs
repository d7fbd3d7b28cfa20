using System.ComponentModel;
using DotNet.Testcontainers.Configurations;
using Testcontainers.Kafka;
using Xunit;

namespace Testing;

/// <summary>
/// Apache Kafka in a container. Only with an image that the engine already has: a test run pulls nothing. PIPELINE_TEST_KAFKA_IMAGE names another one.
/// </summary>
internal sealed class ContainerKafka : LogServer
{
    private static readonly string Image = Environment.GetEnvironmentVariable("PIPELINE_TEST_KAFKA_IMAGE") ?? "apache/kafka:4.1.0";
    private KafkaContainer? _container;

    public override string BootstrapServers => _container?.GetBootstrapAddress() ?? throw new InvalidOperationException("it has not been started");

    public override async Task StartAsync()
    {
        if (_container is not null)
        {
            await _container.UnpauseAsync(TestContext.Current.CancellationToken);
            return;
        }

        if (await WhyNotAsync() is { } reason) Assert.Skip(reason);

        // Its reaper would be one more image to have; the container is removed when the test ends.
        TestcontainersSettings.ResourceReaperEnabled = false;
        _container = new KafkaBuilder(Image).WithVendor(KafkaVendor.ApacheSoftwareFoundation).Build();
        await _container.StartAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Frozen, it answers nobody, which is what its clients see of a dead one; its port stays its own.</summary>
    public override Task StopAsync() => _container?.PauseAsync(TestContext.Current.CancellationToken) ?? Task.CompletedTask;

    public override ValueTask DisposeAsync() => _container?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Why there can be none here; null when there can.</summary>
    public static async Task<string?> WhyNotAsync()
    {
        try
        {
            await using var inspect = OwnProcess.Start("docker", "docker", ["image", "inspect", "--format", "{{.Id}}", Image]);
            return await inspect.ExitAsync() == 0 ? null : $"No Kafka image {Image} in a container engine: {inspect.Output.Trim()}";
        }
        catch (Win32Exception)
        {
            return "No container engine: the docker command is not installed";
        }
    }
}
