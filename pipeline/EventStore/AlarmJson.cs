using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;
using Pipeline.Domain.Policies;

namespace Pipeline.EventStore;

/// <summary>
/// JSON of the stored events, its reading and writing generated at build time. Member names are camel case; enum values are words (<see
/// cref="Spelling"/>).
/// </summary>
[JsonSerializable(typeof(AlarmRaised))]
[JsonSerializable(typeof(AlarmConfirmed))]
[JsonSerializable(typeof(AlarmRecurred))]
[JsonSerializable(typeof(AlarmEscalated))]
[JsonSerializable(typeof(AlarmAmended))]
[JsonSerializable(typeof(AlarmActionTaken))]
[JsonSerializable(typeof(ExclusionAdded))]
[JsonSerializable(typeof(ExclusionEnded))]
[JsonSerializable(typeof(PolicyApplied))]
[JsonSerializable(typeof(PolicyRolledBack))]
internal sealed partial class AlarmJson : JsonSerializerContext
{
    /// <summary>Generated code asks the options for converters and names: they have to be told here, to Marten's options.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, Default.WithAddedModifier(LeaveOutEventId));
        options.Converters.Insert(0, new SpelledEnumConverter<AlarmType>());
        options.Converters.Insert(0, new SpelledEnumConverter<Severity>());
        options.Converters.Insert(0, new SpelledEnumConverter<Outcome>());
        options.Converters.Insert(0, new SpelledEnumConverter<AlarmAction>());
        options.Converters.Insert(0, new SpelledEnumConverter<AlarmState>());
        options.Converters.Insert(0, new SpelledEnumConverter<Verdict>());
        options.Converters.Insert(0, new SpelledEnumConverter<ExclusionField>());
        options.Converters.Insert(0, new SpelledEnumConverter<ExclusionOperator>());
    }

    /// <summary>It is a hash over other members, and the row has it in a column of its own.</summary>
    private static void LeaveOutEventId(JsonTypeInfo type)
    {
        if (!type.Type.IsAssignableTo(typeof(AlarmEvent))) return;
        foreach (JsonPropertyInfo property in type.Properties.Where(property => property.Name == "eventId").ToArray())
            type.Properties.Remove(property);
    }
}
