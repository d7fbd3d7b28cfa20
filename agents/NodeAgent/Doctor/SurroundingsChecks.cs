using System.Globalization;
using Agents.NodeAgent.Shipping.Spool;
using Confluent.Kafka;

namespace Agents.NodeAgent.Doctor;

/// <summary>What the agent needs around it: the broker, a disk.</summary>
internal static class SurroundingsChecks
{
    public static Finding Broker(DoctorOptions options)
    {
        var config = new AdminClientConfig { BootstrapServers = options.Brokers };
        try
        {
            foreach ((string name, string value) in options.Kafka) config.Set(name, value);
            using IAdminClient admin = new AdminClientBuilder(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            // All topics: asking for one by name can make the broker create it.
            Metadata metadata = admin.GetMetadata(options.Patience);
            TopicMetadata? topic = metadata.Topics.Find(one => one.Topic == options.Topic);
            return topic is { Error.IsError: false }
                ? new Finding("Kafka", Verdict.Ok, $"{options.Brokers}, topic {options.Topic} with {topic.Partitions.Count} partitions")
                : new Finding(
                    "Kafka", Verdict.Warn, $"{options.Brokers} has no topic {options.Topic}",
                    "Create it, unless the broker does so by itself.");
        }
        catch (Exception fault) when (fault is KafkaException or InvalidOperationException or ArgumentException)
        {
            return new Finding(
                "Kafka", Verdict.Fail, $"{options.Brokers}: {fault.Message}", "Check address, network and --kafka-setting.",
                "everything, once the spool is full");
        }
    }

    public static Finding Directory(string name, string path, long bytes)
    {
        try
        {
            System.IO.Directory.CreateDirectory(path, SegmentFile.OwnerOnly);
            string probe = Path.Combine(path, $"doctor-{Environment.ProcessId}");
            using (new FileStream(probe, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }

            long free = new DriveInfo(path).AvailableFreeSpace;
            string found = string.Create(CultureInfo.InvariantCulture, $"{path} can be written, {free >> 20} MB free");
            string advice = string.Create(CultureInfo.InvariantCulture, $"Make room for {bytes >> 20} MB.");
            return free >= bytes
                ? new Finding(name, Verdict.Ok, found)
                : new Finding(name, Verdict.Warn, found, advice, "what Kafka misses longer than the room lasts");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new Finding(
                name, Verdict.Fail, $"{path}: {fault.Message}", "Name another directory, or let the agent write there.",
                "what Kafka misses while it is away");
        }
    }
}
