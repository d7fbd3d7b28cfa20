using System.Text.Json.Serialization;

namespace Pipeline.EventStore.ReadModels;

/// <summary>Rows on their way to the server; names are those of columns.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<AlarmRow>))]
[JsonSerializable(typeof(List<AlarmRowChange>))]
[JsonSerializable(typeof(List<HistoryRow>))]
[JsonSerializable(typeof(List<ContainerRow>))]
[JsonSerializable(typeof(List<NodeRow>))]
[JsonSerializable(typeof(List<LossRow>))]
internal sealed partial class RowJson : JsonSerializerContext;
