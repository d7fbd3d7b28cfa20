using System.Text.Json.Serialization;

namespace Pipeline.EventStore;

/// <summary>Rows on their way to the server; names are those of columns.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<AlarmRow>))]
[JsonSerializable(typeof(List<AlarmRowChange>))]
internal sealed partial class RowJson : JsonSerializerContext;
