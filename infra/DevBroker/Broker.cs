using System.Security.Cryptography;
using System.Text.Json;
using DevBroker.Apis;
using DevBroker.Groups;
using DevBroker.Network;
using DevBroker.Storage;
using Microsoft.Extensions.Logging;

namespace DevBroker;

/// <summary>The server as a whole: what is stored, the groups, the listeners and the work that goes on in the background.</summary>
/// <remarks>Thread-safe. Dispose stops it cleanly: what is stored is flushed.</remarks>
internal sealed class Broker : IAsyncDisposable
{
    public const int NodeId = 1;

    private readonly ILogger _logger;
    private readonly FileStream _directoryLock;
    private readonly StorageSettings _settings;
    private readonly CancellationTokenSource _stopping = new();
    private readonly OffsetStore _offsets;
    private readonly KafkaListener _listener;
    private readonly HealthListener? _health;
    private readonly Task[] _background;

    private Broker(BrokerOptions options, TimeProvider clock, ILogger logger)
    {
        Options = options;
        Clock = clock;
        _logger = logger;
        Directory.CreateDirectory(options.DataDirectory);
        _directoryLock = LockDirectory(options.DataDirectory);
        ClusterId = LoadClusterId(options.DataDirectory);
        _settings = new StorageSettings(options.FlushInterval is null, clock, logger) { PartitionsMax = options.PartitionsMax };
        Topics = new TopicStore(options.DataDirectory, _settings);
        _offsets = new OffsetStore(options.DataDirectory, _settings);
        Groups = new GroupCoordinator(_offsets, clock);
        ProducerIds = new ProducerIds(options.DataDirectory);
        CreateTopicsFromFile();
        _listener = new KafkaListener(this, logger);
        _health = options.HealthPort is { } port ? new HealthListener(options.Listen, port, () => Topics.Suspects) : null;
        _background =
        [
            _listener.RunAsync(_stopping.Token),
            _health?.RunAsync(_stopping.Token) ?? Task.CompletedTask,
            Groups.RunAsync(_stopping.Token),
            FlushPeriodicallyAsync(_stopping.Token),
            MaintainPeriodicallyAsync(_stopping.Token),
        ];
    }

    public BrokerOptions Options { get; }

    public TimeProvider Clock { get; }

    public string ClusterId { get; }

    public TopicStore Topics { get; }

    public GroupCoordinator Groups { get; }

    public ProducerIds ProducerIds { get; }

    /// <summary>The port that clients connect to.</summary>
    public int Port => _listener.EndPoint.Port;

    public int? HealthPort => _health?.Port;

    /// <summary>Opens the data directory, recovers what is there and listens.</summary>
    /// <exception cref="IOException">The directory is in use by another process, or a port is taken.</exception>
    public static Broker Start(BrokerOptions options, TimeProvider clock, ILogger logger)
    {
        Log.NoReplication(logger);
        return new Broker(options, clock, logger);
    }

    public (string Host, int Port) AddressFor(Peer peer) =>
        (Options.AdvertisedHost ?? peer.Local.Address.ToString(), Options.AdvertisedPort ?? peer.Local.Port);

    /// <summary>A topic by name; made on the spot if it is absent and both the server and the client allow that.</summary>
    public Topic? FindOrCreate(string name, bool mayCreate)
    {
        Topic? topic = Topics.Find(name);
        if (topic is not null || !mayCreate || !Options.AutoCreate || !TopicStore.IsName(name)) return topic;
        Topics.Create(name, Options.DefaultPartitions, TopicConfig.Default.Overrides);
        return Topics.Find(name);
    }

    /// <summary>One round of retention and compaction over everything; the server does it every <see cref="BrokerOptions.MaintenanceInterval"/>.</summary>
    public void CleanUp(CancellationToken cancellation)
    {
        Groups.ExpireOffsets(name => Topics.Find(name) is not null);
        foreach (PartitionLog partition in Topics.Topics.SelectMany(topic => topic.Partitions)) CleanUp(partition, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_background).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _listener.DisposeAsync();
        _health?.Dispose();
        FlushAll();
        Topics.Dispose();
        _offsets.Dispose();
        await _directoryLock.DisposeAsync();
        _stopping.Dispose();
        Log.Stopped(_logger);
    }

    private async Task FlushPeriodicallyAsync(CancellationToken cancellation)
    {
        // Where each batch is flushed this only notes how far, so that recovery need not read everything.
        using var timer = new PeriodicTimer(Options.FlushInterval ?? TimeSpan.FromSeconds(1), Clock);
        while (await timer.WaitForNextTickAsync(cancellation)) FlushAll();
    }

    private void FlushAll()
    {
        foreach (PartitionLog partition in Topics.Topics.SelectMany(topic => topic.Partitions)) partition.Flush();
        try
        {
            _offsets.Flush();
        }
        catch (IOException failure)
        {
            Log.FlushFailed(_logger, failure, "group offsets");
        }
    }

    private async Task MaintainPeriodicallyAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Options.MaintenanceInterval, Clock);
        while (await timer.WaitForNextTickAsync(cancellation)) CleanUp(cancellation);
    }

    private void CleanUp(PartitionLog partition, CancellationToken cancellation)
    {
        try
        {
            partition.DeleteOld();
            Compactor.Run(partition, _settings, cancellation);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            Log.CleanUpFailed(_logger, failure, partition.Name);
        }
    }

    private void CreateTopicsFromFile()
    {
        if (Options.TopicsFile is not { } path) return;
        Dictionary<string, TopicDescription> wanted =
            JsonSerializer.Deserialize(File.ReadAllBytes(path), TopicJson.Default.DictionaryStringTopicDescription) ?? [];
        foreach ((string name, TopicDescription topic) in wanted)
        {
            Dictionary<string, string> config = topic.Config ?? [];
            string? problem = TopicStore.IsName(name)
                ? config.Select(entry => TopicConfig.Problem(entry.Key, entry.Value)).FirstOrDefault(found => found is not null)
                : "The name is not legal.";
            if (problem is not null) throw new InvalidDataException($"{path}: topic {name}: {problem}");
            Topics.Create(name, topic.Partitions == 0 ? Options.DefaultPartitions : topic.Partitions, config);
        }
    }

    private static FileStream LockDirectory(string directory) =>
        new(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static string LoadClusterId(string directory)
    {
        string path = Path.Combine(directory, "cluster-id");
        if (!File.Exists(path)) Durable.Replace(path, System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(11))), flush: true);
        return File.ReadAllText(path);
    }
}
