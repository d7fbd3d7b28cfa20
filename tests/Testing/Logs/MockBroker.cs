using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Testing;

/// <summary>
/// The broker that the client library carries for its own tests: real TCP and real protocol for producing, fetching and consumer groups, in this process and
/// in memory (at most 5 MB a partition). It can be told to misbehave. Thread-safe.
/// </summary>
public sealed partial class MockBroker : IDisposable
{
    private const string Native = "librdkafka-mock";
    private const int Producer = 0;
    private const int ErrorTextSize = 512;
    private readonly IntPtr _client;
    private readonly IntPtr _cluster;

    static MockBroker() => NativeLibrary.SetDllImportResolver(typeof(MockBroker).Assembly, (name, _, _) => name == Native ? Loaded() : IntPtr.Zero);

    public MockBroker()
    {
        IntPtr settings = NewSettings();
        byte[] error = new byte[ErrorTextSize];
        if (Set(settings, "test.mock.num.brokers", "1", error, error.Length) != 0) throw new InvalidOperationException(Text(error));
        _client = NewClient(Producer, settings, error, error.Length);
        if (_client == IntPtr.Zero) throw new InvalidOperationException(Text(error));
        _cluster = ClusterOf(_client);
        BootstrapServers = Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;
        // The default of three seconds lets more members join; the tests need no patience.
        SetInitialRebalanceDelay(_cluster, 50);
    }

    public string BootstrapServers { get; }

    public void CreateTopic(string topic, int partitions) => Check(CreateTopic(_cluster, topic, partitions, 1));

    /// <summary>Deletes the records before <paramref name="offset"/>, as retention does.</summary>
    public void DeleteRecords(string topic, int partition, long offset) => Check(DeleteRecords(_cluster, topic, partition, offset));

    public void DeleteTopic(string topic) => Check(DeleteTopic(_cluster, topic));

    public void GoDown() => Check(SetDown(_cluster, 1));

    public void ComeUp() => Check(SetUp(_cluster, 1));

    public void Dispose() => Destroy(_client);

    private static void Check(int error)
    {
        if (error != 0) throw new KafkaException((ErrorCode)error);
    }

    private static string Text(byte[] error) => System.Text.Encoding.UTF8.GetString(error).TrimEnd('\0');

    /// <summary>The client picks one of several builds of the library when it is first used; the mock must be that one.</summary>
    private static IntPtr Loaded()
    {
        if (!Library.IsLoaded) Library.Load();
        string line = File.ReadLines("/proc/self/maps").First(map => map.Contains("librdkafka", StringComparison.Ordinal));
        return NativeLibrary.Load(line[line.IndexOf('/', StringComparison.Ordinal)..]);
    }

    [LibraryImport(Native, EntryPoint = "rd_kafka_conf_new")]
    private static partial IntPtr NewSettings();

    [LibraryImport(Native, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(IntPtr settings, string name, string value, byte[] error, nint errorSize);

    [LibraryImport(Native, EntryPoint = "rd_kafka_new")]
    private static partial IntPtr NewClient(int type, IntPtr settings, byte[] error, nint errorSize);

    [LibraryImport(Native, EntryPoint = "rd_kafka_destroy")]
    private static partial void Destroy(IntPtr client);

    [LibraryImport(Native, EntryPoint = "rd_kafka_handle_mock_cluster")]
    private static partial IntPtr ClusterOf(IntPtr client);

    [LibraryImport(Native, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial IntPtr Bootstraps(IntPtr cluster);

    [LibraryImport(Native, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateTopic(IntPtr cluster, string topic, int partitions, int replicationFactor);

    [LibraryImport(Native, EntryPoint = "rd_kafka_mock_topic_delete", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DeleteTopic(IntPtr cluster, string topic);

    [LibraryImport(Native, EntryPoint = "rd_kafka_mock_partition_delete_records", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DeleteRecords(IntPtr cluster, string topic, int partition, long offset);

    [LibraryImport(Native, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    private static partial void SetInitialRebalanceDelay(IntPtr cluster, int delayMs);

    [LibraryImport(Native, EntryPoint = "rd_kafka_mock_broker_set_down")]
    private static partial int SetDown(IntPtr cluster, int broker);

    [LibraryImport(Native, EntryPoint = "rd_kafka_mock_broker_set_up")]
    private static partial int SetUp(IntPtr cluster, int broker);
}
