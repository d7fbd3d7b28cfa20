using System.Buffers;
using System.Text;
using System.Text.Json;
using Agents.Descriptions;
using Agents.NodeAgent.Engines;
using Google.Protobuf.Collections;

namespace Agents.NodeAgent.Cri;

/// <summary>Puts a verbose answer into the shape in which descriptions are read: its status, and the JSON that the runtime added.</summary>
internal static class CriStatusJson
{
    /// <summary>Name under which runtimes put their JSON into the map of a verbose answer.</summary>
    private const string InfoName = "info";

    public static DescriptionResult Describe(
        string name, string image, string imageRef, IEnumerable<KeyValuePair<string, string>> labels, MapField<string, string> info)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("status");
            json.WriteStartObject("metadata");
            json.WriteString("name", BoundedText.Of(name));
            json.WriteEndObject();
            json.WriteStartObject("image");
            json.WriteString("image", BoundedText.Of(image));
            json.WriteEndObject();
            json.WriteString("imageRef", BoundedText.Of(imageRef));
            json.WriteStartObject("labels");
            foreach ((string label, string value) in BoundedText.Labels(labels, [])) json.WriteString(label, value);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WritePropertyName(InfoName);
            json.WriteRawValue(Info(info), skipInputValidation: true);
            json.WriteEndObject();
        }

        return CriInspect.Parse(bytes.WrittenMemory);
    }

    /// <summary>The first process as the runtime tells it; 0 when it does not.</summary>
    public static int PidOf(MapField<string, string> info)
    {
        if (!info.TryGetValue(InfoName, out string? text)) return 0;
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("pid", out JsonElement pid)
                && pid.ValueKind == JsonValueKind.Number && pid.TryGetInt32(out int value) ? value : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    public static int BytesOf(MapField<string, string> info) => info.Values.Sum(Encoding.UTF8.GetByteCount);

    /// <summary>
    /// An object of its own, whatever the text holds: text that ends the object and begins another would not be JSON as a whole.
    /// </summary>
    private static string Info(MapField<string, string> info) => info.TryGetValue(InfoName, out string? text) && IsJson(text) ? text : "{}";

    private static bool IsJson(string text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
