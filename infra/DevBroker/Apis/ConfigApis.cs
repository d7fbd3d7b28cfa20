using System.Globalization;
using DevBroker.Protocol;
using DevBroker.Storage;

namespace DevBroker.Apis;

/// <summary>Settings of topics, to be read and changed; those of the server are read only.</summary>
internal static class ConfigApis
{
    private const sbyte TopicResource = 2;
    private const sbyte BrokerResource = 4;
    private const sbyte FromTopic = 1;
    private const sbyte FromCommandLine = 4;
    private const sbyte FromDefault = 5;

    private enum Operation : sbyte
    {
        Set = 0,
        Delete = 1,
        Append = 2,
        Subtract = 3,
    }

    private sealed record Asked(sbyte Type, string Name, List<string>? Keys);

    private sealed record Change(string Name, Operation Operation, string? Value);

    private sealed record Changed(sbyte Type, string Name, List<Change> Changes);

    private sealed record Shown(string Name, string Value, bool IsReadOnly, sbyte Source, ConfigType Type, string Default);

    public static (string Name, string? Value) ReadEntry(FrameReader reader)
    {
        (string, string?) entry = (reader.String(), reader.NullableString());
        reader.Tags();
        return entry;
    }

    public static sbyte SourceOf(TopicConfig config, TopicSetting setting) => config.Overrides.ContainsKey(setting.Name) ? FromTopic : FromDefault;

    public static void Describe(Broker broker, Call call)
    {
        short version = call.Version;
        List<Asked> resources = call.Reader.Array(elementBytesMin: 3, static from =>
        {
            var asked = new Asked(from.Int8(), from.String(), from.NullableArray(elementBytesMin: 1, static key => key.String()));
            from.Tags();
            return asked;
        });
        bool withSynonyms = version >= 1 && call.Reader.Boolean();

        call.WriteThrottleTime(sinceVersion: 0);
        call.Writer.Array(resources, (to, asked) =>
        {
            (ErrorCode error, IEnumerable<Shown> settings) = Find(broker, asked);
            to.Error(error);
            to.String(null);
            to.Int8(asked.Type);
            to.String(asked.Name);
            Shown[] wanted = [.. settings.Where(setting => asked.Keys?.Contains(setting.Name) ?? true)];
            to.Array(wanted, (inner, setting) => Write(inner, version, setting, withSynonyms));
            to.Tags();
        });
        call.Writer.Tags();
    }

    /// <summary>The older request: the settings given become the only ones.</summary>
    public static void Alter(Broker broker, Call call) => Alter(broker, call, isWhole: true, static reader =>
    {
        (string name, string? value) = ReadEntry(reader);
        return new Change(name, value is null ? Operation.Delete : Operation.Set, value);
    });

    public static void AlterIncrementally(Broker broker, Call call) => Alter(broker, call, isWhole: false, static reader =>
    {
        var change = new Change(reader.String(), (Operation)reader.Int8(), reader.NullableString());
        reader.Tags();
        return change;
    });

    private static void Alter(Broker broker, Call call, bool isWhole, Func<FrameReader, Change> readChange)
    {
        List<Changed> resources = call.Reader.Array(elementBytesMin: 3, from =>
        {
            var changed = new Changed(from.Int8(), from.String(), from.Array(elementBytesMin: 2, readChange));
            from.Tags();
            return changed;
        });
        bool isTrial = call.Reader.Boolean();

        call.WriteThrottleTime(sinceVersion: 0);
        call.Writer.Array(resources, (to, changed) =>
        {
            (ErrorCode error, string? message) = Apply(broker, changed, isWhole, isTrial);
            to.Error(error);
            to.String(message);
            to.Int8(changed.Type);
            to.String(changed.Name);
            to.Tags();
        });
        call.Writer.Tags();
    }

    private static (ErrorCode Error, string? Message) Apply(Broker broker, Changed changed, bool isWhole, bool isTrial)
    {
        if (changed.Type != TopicResource) return (ErrorCode.InvalidRequest, "Only settings of topics can be changed.");
        if (broker.Topics.Find(changed.Name) is not { } topic) return (ErrorCode.UnknownTopicOrPartition, null);
        string? problem = null;
        Dictionary<string, string> Next(TopicConfig config)
        {
            var next = isWhole ? new Dictionary<string, string>() : new Dictionary<string, string>(config.Overrides);
            foreach (Change change in changed.Changes) problem ??= Apply(config, next, change);
            return next;
        }

        Next(topic.Config);
        if (problem is not null) return (ErrorCode.InvalidConfig, problem);
        return (isTrial ? ErrorCode.None : broker.Topics.Configure(changed.Name, Next), null);
    }

    private static string? Apply(TopicConfig config, Dictionary<string, string> next, Change change)
    {
        if (TopicConfig.Settings.FirstOrDefault(candidate => candidate.Name == change.Name) is not { } setting)
            return $"Unknown topic configuration {change.Name}.";
        string[] parts = change.Value?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        string[] present = config.Value(setting.Name).Split(',', StringSplitOptions.TrimEntries);
        switch (change.Operation)
        {
            case Operation.Delete:
                next.Remove(change.Name);
                return null;
            case Operation.Append or Operation.Subtract when setting.Type != ConfigType.List:
                return $"Configuration {change.Name} is not a list.";
            case Operation.Append:
                next[change.Name] = string.Join(',', present.Union(parts));
                break;
            case Operation.Subtract:
                next[change.Name] = string.Join(',', present.Except(parts));
                break;
            case Operation.Set:
                next[change.Name] = change.Value ?? "";
                break;
            default:
                return $"Unknown operation {(sbyte)change.Operation}.";
        }

        return TopicConfig.Problem(change.Name, next[change.Name]);
    }

    private static (ErrorCode Error, IEnumerable<Shown> Settings) Find(Broker broker, Asked asked)
    {
        if (asked.Type == TopicResource)
        {
            if (broker.Topics.Find(asked.Name) is not { } topic) return (ErrorCode.UnknownTopicOrPartition, []);
            return (ErrorCode.None, TopicConfig.Settings.Select(setting => new Shown(
                setting.Name, topic.Config.Value(setting.Name), false, SourceOf(topic.Config, setting), setting.Type, setting.Default)));
        }

        if (asked.Type != BrokerResource) return (ErrorCode.InvalidRequest, []);
        return (ErrorCode.None,
        [
            new("auto.create.topics.enable", broker.Options.AutoCreate ? "true" : "false", true, FromCommandLine, ConfigType.Text, "false"),
            new("default.replication.factor", "1", true, FromDefault, ConfigType.Int32, "1"),
            new("num.partitions", broker.Options.DefaultPartitions.ToString(CultureInfo.InvariantCulture), true, FromCommandLine, ConfigType.Int32, "1"),
        ]);
    }

    private static void Write(FrameWriter writer, short version, Shown setting, bool withSynonyms)
    {
        writer.String(setting.Name);
        writer.String(setting.Value);
        writer.Boolean(setting.IsReadOnly);
        if (version == 0) writer.Boolean(setting.Source == FromDefault);
        else writer.Int8(setting.Source);
        writer.Boolean(false);
        if (version >= 1)
        {
            (string Value, sbyte Source)[] synonyms = !withSynonyms ? []
                : setting.Source == FromDefault ? [(setting.Default, FromDefault)]
                : [(setting.Value, setting.Source), (setting.Default, FromDefault)];
            writer.Array(synonyms, (to, synonym) =>
            {
                to.String(setting.Name);
                to.String(synonym.Value);
                to.Int8(synonym.Source);
                to.Tags();
            });
        }

        if (version >= 3)
        {
            writer.Int8((sbyte)setting.Type);
            writer.String(null);
        }

        writer.Tags();
    }
}
