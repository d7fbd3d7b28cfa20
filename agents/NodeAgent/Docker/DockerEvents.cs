using System.Globalization;
using System.Text.Json;
using Agents.NodeAgent.Engines;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Docker;

/// <summary>Reads the lines of the engine's stream of events.</summary>
internal static class DockerEvents
{
    private const int LongestDetail = 4096;

    /// <summary>Null when the line is not an event as Docker Engine and podman write them.</summary>
    public static EngineEvent? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            JsonElement actor = root.GetProperty("Actor");
            string id = actor.GetProperty("ID").GetString() ?? "";
            string action = root.GetProperty("Action"u8).GetString() ?? "";
            if (id.Length is 0 or > EngineEvent.LongestId || action.Length == 0) return null;
            int colon = action.IndexOf(':', StringComparison.Ordinal);
            string detail = colon < 0 ? "" : action[(colon + 1)..].Trim();
            if (detail.Length > LongestDetail) detail = detail[..LongestDetail];
            ContainerAction what = ActionOf(colon < 0 ? action : action[..colon]);
            // Podman writes an exit code of 0 on everything.
            int? exitCode = what is ContainerAction.Died or ContainerAction.ExecDied ? ExitCodeOf(actor) : null;
            return new EngineEvent(root.GetProperty("timeNano").GetInt64(), what, id, detail, Attribute(actor, "execID"), exitCode);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Docker's words, and podman's where they differ.</summary>
    private static ContainerAction ActionOf(string word) => word switch
    {
        "create" => ContainerAction.Created,
        "start" => ContainerAction.Started,
        "die" or "died" => ContainerAction.Died,
        "destroy" or "remove" => ContainerAction.Removed,
        "pause" => ContainerAction.Paused,
        "unpause" => ContainerAction.Unpaused,
        "exec_create" => ContainerAction.ExecCreated,
        "exec_start" or "exec" => ContainerAction.ExecStarted,
        "exec_die" or "exec_died" => ContainerAction.ExecDied,
        _ => ContainerAction.Unknown,
    };

    private static int? ExitCodeOf(JsonElement actor)
    {
        string text = Attribute(actor, "exitCode") is { Length: > 0 } docker ? docker : Attribute(actor, "containerExitCode");
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int code) ? code : null;
    }

    private static string Attribute(JsonElement actor, string name) =>
        actor.TryGetProperty("Attributes", out JsonElement attributes) && attributes.ValueKind == JsonValueKind.Object
        && attributes.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
