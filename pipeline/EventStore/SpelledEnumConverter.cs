using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>An enum as its word; numbers and unknown words are refused.</summary>
internal sealed class SpelledEnumConverter<TWord> : JsonConverter<TWord> where TWord : struct, Enum
{
    public override TWord Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Spelling.TryRead(reader.TokenType == JsonTokenType.String ? reader.GetString() : null, out TWord word)
            ? word
            : throw new JsonException($"Not a {typeof(TWord).Name}; known: {string.Join(", ", Spelling.All<TWord>())}");

    public override void Write(Utf8JsonWriter writer, TWord value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Spelling.Of(value));
}
