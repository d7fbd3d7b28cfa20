using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using DevBroker.Protocol;

namespace DevBroker.Storage;

/// <summary>
/// The topics under one data directory: <c>topics/NAME/topic.json</c> and one directory per partition beside it. Topics come and
/// go by renaming a directory, so a crash leaves them whole or not there. A tilde, which no topic name holds, marks what is
/// half made or half gone; such directories are removed at start.
/// </summary>
/// <remarks>Thread-safe; changes are serialised.</remarks>
internal sealed class TopicStore : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly string _root;
    private readonly StorageSettings _settings;
    private int _removals;

    public TopicStore(string dataDirectory, StorageSettings settings)
    {
        _root = Path.Combine(dataDirectory, "topics");
        _settings = settings;
        Directory.CreateDirectory(_root);
        foreach (string leftOver in Directory.EnumerateDirectories(_root, "~*")) Directory.Delete(leftOver, recursive: true);
        Parallel.ForEach(Directory.EnumerateDirectories(_root), directory =>
        {
            Topic topic = Load(Path.GetFileName(directory), directory);
            _topics[topic.Name] = topic;
        });
    }

    public IEnumerable<Topic> Topics => _topics.Values;

    /// <summary>Partitions that take no writes since the disk failed them.</summary>
    public IReadOnlyList<string> Suspects => [.. Topics.SelectMany(topic => topic.Partitions).Where(log => log.IsSuspect).Select(log => log.Name)];

    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    public PartitionLog? Find(string name, int partition) => Find(name)?.Partition(partition);

    /// <summary>Whether a name is legal: 1 to 249 of letters, digits, dot, underscore and hyphen, and not "." or "..".</summary>
    public static bool IsName(string name) =>
        name is { Length: >= 1 and <= 249 } and not "." and not ".." && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public ErrorCode Create(string name, int partitions, IReadOnlyDictionary<string, string> config)
    {
        lock (_gate)
        {
            if (_topics.ContainsKey(name)) return ErrorCode.TopicAlreadyExists;
            if (partitions < 1 || partitions > _settings.PartitionsMax - PartitionCount()) return ErrorCode.InvalidPartitions;
            string making = Path.Combine(_root, "~new");
            for (int i = 0; i < partitions; i++) Directory.CreateDirectory(PartitionPath(making, i));
            Describe(making, partitions, config);
            string directory = Path.Combine(_root, name);
            Directory.Move(making, directory);
            Durable.FlushDirectory(_root);
            _topics[name] = Load(name, directory);
            Log.TopicCreated(_settings.Logger, name, partitions);
            return ErrorCode.None;
        }
    }

    public ErrorCode Delete(string name)
    {
        string gone;
        lock (_gate)
        {
            if (!_topics.TryRemove(name, out Topic? topic)) return ErrorCode.UnknownTopicOrPartition;
            gone = Path.Combine(_root, $"~gone-{++_removals}");
            Directory.Move(Path.Combine(_root, name), gone);
            Durable.FlushDirectory(_root);
            foreach (PartitionLog partition in topic.Partitions) partition.Dispose();
        }

        Directory.Delete(gone, recursive: true);
        Log.TopicDeleted(_settings.Logger, name);
        return ErrorCode.None;
    }

    public ErrorCode Grow(string name, int partitions)
    {
        lock (_gate)
        {
            if (Find(name) is not { } topic) return ErrorCode.UnknownTopicOrPartition;
            int added = partitions - topic.Partitions.Length;
            if (added <= 0 || added > _settings.PartitionsMax - PartitionCount()) return ErrorCode.InvalidPartitions;
            string directory = Path.Combine(_root, name);
            for (int i = topic.Partitions.Length; i < partitions; i++) Directory.CreateDirectory(PartitionPath(directory, i));
            Describe(directory, partitions, topic.Config.Overrides);
            IEnumerable<PartitionLog> more = Enumerable.Range(topic.Partitions.Length, added).Select(i => Open(name, directory, i, topic.Config));
            _topics[name] = topic with { Partitions = [.. topic.Partitions, .. more] };
            return ErrorCode.None;
        }
    }

    /// <summary>Puts other settings in force, for good.</summary>
    public ErrorCode Configure(string name, Func<TopicConfig, IReadOnlyDictionary<string, string>> change)
    {
        lock (_gate)
        {
            if (Find(name) is not { } topic) return ErrorCode.UnknownTopicOrPartition;
            var config = new TopicConfig(change(topic.Config));
            Describe(Path.Combine(_root, name), topic.Partitions.Length, config.Overrides);
            foreach (PartitionLog partition in topic.Partitions) partition.Config = config;
            _topics[name] = topic with { Config = config };
            return ErrorCode.None;
        }
    }

    public void Dispose()
    {
        foreach (PartitionLog partition in _topics.Values.SelectMany(topic => topic.Partitions)) partition.Dispose();
    }

    private int PartitionCount() => _topics.Values.Sum(topic => topic.Partitions.Length);

    private Topic Load(string name, string directory)
    {
        TopicDescription description =
            JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(directory, "topic.json")), TopicJson.Default.TopicDescription)
            ?? throw new InvalidDataException($"The description of topic {name} is empty.");
        var config = new TopicConfig(description.Config);
        return new Topic(name, config, [.. Enumerable.Range(0, description.Partitions).Select(i => Open(name, directory, i, config))]);
    }

    private PartitionLog Open(string topic, string topicDirectory, int index, TopicConfig config)
    {
        string name = $"{topic}-{index}";
        string directory = PartitionPath(topicDirectory, index);
        var log = new PartitionLog(name, directory, config, _settings, PartitionRecovery.Run(name, directory, config.IsCompacted, _settings));
        // What recovery has seen may only be in the page cache yet.
        log.Flush();
        return log;
    }

    private static void Describe(string directory, int partitions, IReadOnlyDictionary<string, string> config)
    {
        var description = new TopicDescription(partitions, new Dictionary<string, string>(config));
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(description, TopicJson.Default.TopicDescription);
        Durable.Replace(Path.Combine(directory, "topic.json"), json, flush: true);
    }

    private static string PartitionPath(string topicDirectory, int index) =>
        Path.Combine(topicDirectory, index.ToString(CultureInfo.InvariantCulture));
}
