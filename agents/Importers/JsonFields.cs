using System.Text.Json;

namespace Agents.Importers;

/// <summary>Fields of JSON of which nothing is sure: what is absent or of another kind is empty.</summary>
internal static class JsonFields
{
    /// <summary>Depth of nesting that is read.</summary>
    private const int Deepest = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Deepest };

    public static JsonDocument? TryParse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static JsonElement Field(this JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement field) ? field : default;
        }
        catch (InvalidOperationException)
        {
            // A neighbour's name is an escaped half of a surrogate pair: valid JSON and no text.
            return default;
        }
    }

    public static string Title(this JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    public static string Text(this JsonElement element, string name) => element.Field(name).Text();

    public static string Text(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String) return "";
        try
        {
            return element.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>A number, or one written as text (protobuf's JSON does so with 64 bits).</summary>
    public static long? Number(this JsonElement element, string name)
    {
        JsonElement field = element.Field(name);
        if (field.ValueKind == JsonValueKind.Number && field.TryGetInt64(out long number)) return number;
        return long.TryParse(field.Text(), System.Globalization.NumberStyles.AllowLeadingSign, provider: null, out number) ? number : null;
    }

    public static bool? Flag(this JsonElement element, string name) => element.Field(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Field(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
