using System.Globalization;

namespace DevBroker.Storage;

/// <summary>What kind of value a setting has, numbered as in DescribeConfigs.</summary>
internal enum ConfigType : sbyte
{
    Text = 2,
    Int32 = 3,
    Int64 = 5,
    List = 7,
}

/// <summary>A setting of a topic: its name, default and the values it takes.</summary>
internal sealed record TopicSetting(string Name, string Default, ConfigType Type, Func<string, bool> IsValid);

/// <summary>
/// The settings of one topic. Names, meanings and units are Kafka's; a setting or value that this server could not honour is
/// refused rather than ignored.
/// </summary>
internal sealed record TopicConfig
{
    public static readonly IReadOnlyList<TopicSetting> Settings =
    [
        new("cleanup.policy", "delete", ConfigType.List, IsPolicy),
        new("compression.type", "producer", ConfigType.Text, value => value == "producer"),
        new("delete.retention.ms", "86400000", ConfigType.Int64, value => IsNumber(value, 0)),
        new("max.message.bytes", "1048588", ConfigType.Int32, value => IsNumber(value, 0, int.MaxValue)),
        new("message.timestamp.type", "CreateTime", ConfigType.Text, value => value == "CreateTime"),
        new("min.cleanable.dirty.ratio", "0.5", ConfigType.Text, IsRatio),
        new("min.insync.replicas", "1", ConfigType.Int32, value => value == "1"),
        new("retention.bytes", "-1", ConfigType.Int64, value => IsNumber(value, -1)),
        new("retention.ms", "604800000", ConfigType.Int64, value => IsNumber(value, -1)),
        new("segment.bytes", "134217728", ConfigType.Int32, value => IsNumber(value, 14, int.MaxValue)),
        new("segment.ms", "604800000", ConfigType.Int64, value => IsNumber(value, 1)),
    ];

    public static readonly TopicConfig Default = new(new Dictionary<string, string>());

    public TopicConfig(IReadOnlyDictionary<string, string> overrides)
    {
        Overrides = overrides;
        string policy = Value("cleanup.policy");
        IsCompacted = policy.Contains("compact", StringComparison.Ordinal);
        IsDeleted = policy.Contains("delete", StringComparison.Ordinal);
        DeleteRetentionMs = Number("delete.retention.ms");
        MaxMessageBytes = (int)Number("max.message.bytes");
        MinCleanableDirtyRatio = double.Parse(Value("min.cleanable.dirty.ratio"), CultureInfo.InvariantCulture);
        RetentionBytes = Number("retention.bytes");
        RetentionMs = Number("retention.ms");
        SegmentBytes = (int)Number("segment.bytes");
        SegmentMs = Number("segment.ms");
    }

    /// <summary>The settings that were given for this topic; the others have their defaults.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; }

    public bool IsCompacted { get; }

    /// <summary>Whether old segments are deleted by age and size.</summary>
    public bool IsDeleted { get; }

    /// <summary>How long a compacted topic keeps the mark of a deleted key.</summary>
    public long DeleteRetentionMs { get; }

    /// <summary>Largest batch, in bytes.</summary>
    public int MaxMessageBytes { get; }

    public double MinCleanableDirtyRatio { get; }

    /// <summary>-1 for no bound.</summary>
    public long RetentionBytes { get; }

    /// <summary>-1 for no bound.</summary>
    public long RetentionMs { get; }

    public int SegmentBytes { get; }

    public long SegmentMs { get; }

    /// <summary>What is wrong with a setting, null if nothing is.</summary>
    public static string? Problem(string name, string? value)
    {
        TopicSetting? setting = Settings.FirstOrDefault(candidate => candidate.Name == name);
        if (setting is null) return $"Unknown topic configuration {name}.";
        return value is not null && setting.IsValid(value) ? null : $"Invalid value {value ?? "null"} for configuration {name}.";
    }

    public string Value(string name) =>
        Overrides.TryGetValue(name, out string? value) ? value : Settings.First(setting => setting.Name == name).Default;

    private long Number(string name) => long.Parse(Value(name), CultureInfo.InvariantCulture);

    private static bool IsPolicy(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries) is { Length: > 0 } parts && parts.All(part => part is "delete" or "compact");

    private static bool IsNumber(string value, long min, long max = long.MaxValue) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= min && number <= max;

    private static bool IsRatio(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double ratio) && ratio is >= 0 and <= 1;
}
