using System.Text.Json.Serialization;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>JSON of the stored events, generated at build time. Member names are camel case; enum values are words (<see cref="Spelling"/>).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(SpelledEnumConverter<AlarmType>), typeof(SpelledEnumConverter<Severity>), typeof(SpelledEnumConverter<Outcome>)])]
[JsonSerializable(typeof(AlarmRaised))]
[JsonSerializable(typeof(AlarmConfirmed))]
[JsonSerializable(typeof(AlarmRecurred))]
[JsonSerializable(typeof(AlarmEscalated))]
internal sealed partial class AlarmJson : JsonSerializerContext;
