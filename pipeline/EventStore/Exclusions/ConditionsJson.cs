using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Domain.Exclusions;

namespace Pipeline.EventStore.Exclusions;

/// <summary>Conditions in their column.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImmutableArray<ExclusionCondition>))]
internal sealed partial class ConditionsJson : JsonSerializerContext
{
    private static readonly ConditionsJson Spelled = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new SpelledEnumConverter<ExclusionField>(), new SpelledEnumConverter<ExclusionOperator>() },
    });

    public static string Write(ImmutableArray<ExclusionCondition> conditions) =>
        JsonSerializer.Serialize(conditions, Spelled.ImmutableArrayExclusionCondition);

    public static ImmutableArray<ExclusionCondition> Read(string json) =>
        JsonSerializer.Deserialize(json, Spelled.ImmutableArrayExclusionCondition);
}
