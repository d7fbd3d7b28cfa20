using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Detection.AbnormalStartup;

namespace Pipeline.Host.Commands;

/// <summary>One object a line and container, written as soon as it is known.</summary>
internal sealed class JsonCheckReport(TextWriter output) : ICheckReport
{
    // Control characters, quotes and backslashes are still escaped: it is one line, and valid JSON.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _line = new();

    public void Add(CheckedContainer container)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, Plain))
        {
            json.WriteStartObject();
            json.WriteString("source", container.Source);
            json.WriteNumber("document", container.Document);
            json.WriteString("kind", container.Kind);
            json.WriteString("container", container.Container);
            json.WriteStartArray("findings");
            foreach (StartupFinding finding in container.Findings)
            {
                json.WriteStartObject();
                json.WriteString("check", finding.Check);
                json.WriteString("content", finding.Content);
                json.WriteString("severity", Lower.Of(finding.Severity));
                json.WriteString("basis", Lower.Of(finding.Basis));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(_line.WrittenSpan));
        output.Write('\n');
    }

    public void Skip(string kind)
    {
    }

    public void Finish() => output.Flush();
}

/// <summary>Names of enumerations as users see them.</summary>
internal static class Lower
{
    public static string Of<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
