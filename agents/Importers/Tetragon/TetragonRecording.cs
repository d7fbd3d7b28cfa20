using System.Text.Json;

namespace Agents.Importers.Tetragon;

/// <summary>Tetragon's export. Each object is one event and has the process, its parent and, in Kubernetes, the pod with it.</summary>
internal sealed class TetragonRecording : Recording
{
    private readonly LineReader _lines;
    private readonly JsonObjects _objects;
    private readonly TetragonMapping _mapping;
    private JsonDocument? _waiting;
    private long _lastWallNs;

    public TetragonRecording(Stream content, RecordingOptions options)
        : base(RecordingFormat.Tetragon, options)
    {
        _lines = new LineReader(content);
        _objects = new JsonObjects(_lines, Report);
        _mapping = new TetragonMapping(Writer);
        Writer.Architecture = "x86_64";
    }

    public override void Dispose()
    {
        _waiting?.Dispose();
        base.Dispose();
    }

    private protected override bool Step()
    {
        if (_waiting is null && !TryNext()) return false;
        if (_waiting is not { } document) return true;
        if (!Writer.TrySetNode(document.RootElement.Text("node_name"))) return true;
        _waiting = null;
        using (document) Map(document.RootElement);
        return true;
    }

    private bool TryNext()
    {
        bool more = _objects.TryReadLine(out ReadOnlyMemory<byte> json);
        Report.Bytes = _lines.Offset;
        if (!more)
        {
            Report.Complete = true;
            return false;
        }

        if (json.IsEmpty) return true;
        _waiting = JsonFields.TryParse(json);
        if (_waiting is null)
        {
            Report.Count("object that cannot be read", Outcome.Broken);
            Report.Damaged(_objects.Offset, "this is not JSON");
        }

        return true;
    }

    private void Map(JsonElement root)
    {
        (string kind, JsonElement body) = Kind(root);
        if (kind.Length == 0)
        {
            Report.Count("object that is no event", Outcome.Unmapped);
            return;
        }

        long? wallNs = WallClock.Nanoseconds(root.Text("time")) ?? WallClock.Nanoseconds(body.Field("process").Text("start_time"));
        if (wallNs is null) Report.Note("event without a time, given that of the one before");
        _lastWallNs = wallNs ?? _lastWallNs;
        string function = body.Text("function_name") is { Length: > 0 } name ? name : Tracepoint(body);
        Report.Count(function.Length == 0 ? kind : $"{kind} {function}", _mapping.Map(kind, function, body, _lastWallNs));
    }

    /// <summary>The one field that is an event: its name says which.</summary>
    private static (string Kind, JsonElement Body) Kind(JsonElement root)
    {
        foreach (JsonProperty field in root.EnumerateObject())
        {
            string name = field.Title();
            if (field.Value.ValueKind == JsonValueKind.Object
                && (name.StartsWith("process_", StringComparison.Ordinal) || name == "rate_limit_info"))
                return (name, field.Value);
        }

        return ("", default);
    }

    private static string Tracepoint(JsonElement body) =>
        body.Text("subsys") is { Length: > 0 } subsystem ? $"{subsystem}/{body.Text("event")}" : "";
}
