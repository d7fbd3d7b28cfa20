using System.Text.Json;
using Agents.Descriptions;
using Agents.NodeAgent.Engines;

namespace Agents.NodeAgent.Docker;

/// <summary>Reads the few fields that the agent itself needs from the engine's answers.</summary>
internal static class DockerAnswers
{
    /// <summary>Null when it is not a list of containers.</summary>
    public static IReadOnlyList<ListedContainer>? List(byte[] json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateArray().Select(Row)];
        }
        catch (Exception fault) when (IsMalformed(fault))
        {
            return null;
        }
    }

    public static Inspected Inspect(byte[] json, Func<ReadOnlyMemory<byte>, DescriptionResult> describe)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement state = document.RootElement.GetProperty("State");
            bool running = state.GetProperty("Running").GetBoolean();
            int pid = running && state.TryGetProperty("Pid", out JsonElement value) ? value.GetInt32() : 0;
            return new Inspected.Found(describe(json), json.Length, running, pid);
        }
        catch (Exception fault) when (IsMalformed(fault))
        {
            return new Inspected.Failed("the answer is not a container's description");
        }
    }

    private static ListedContainer Row(JsonElement row)
    {
        string state = row.TryGetProperty("State", out JsonElement word) ? word.GetString() ?? "" : "";
        return new ListedContainer(row.GetProperty("Id").GetString() ?? "", state is "exited" or "dead" or "removing" or "stopped");
    }

    private static bool IsMalformed(Exception fault) => fault is JsonException or KeyNotFoundException or InvalidOperationException
        or FormatException;
}
