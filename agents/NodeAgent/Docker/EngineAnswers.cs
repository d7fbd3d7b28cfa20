using System.Text.Json;

namespace Agents.NodeAgent.Docker;

/// <summary>A row of the engine's list.</summary>
/// <param name="IsEnded">Neither running nor going to by itself: its description says nothing new.</param>
internal sealed record ListedContainer(string Id, bool IsEnded);

/// <summary>What became of a question about one container.</summary>
internal abstract record Inspected
{
    private Inspected()
    {
    }

    /// <param name="Json">The answer as it came.</param>
    /// <param name="Pid">First process in the initial pid namespace; 0 when it does not run.</param>
    public sealed record Found(byte[] Json, bool Running, int Pid) : Inspected;

    /// <summary>The engine does not know the container (any more).</summary>
    public sealed record Gone : Inspected;

    public sealed record Failed(string Reason) : Inspected;
}

/// <summary>Reads the few fields that the agent itself needs from the engine's answers.</summary>
internal static class EngineAnswers
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

    public static Inspected Inspect(byte[] json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement state = document.RootElement.GetProperty("State");
            bool running = state.GetProperty("Running").GetBoolean();
            int pid = running && state.TryGetProperty("Pid", out JsonElement value) ? value.GetInt32() : 0;
            return new Inspected.Found(json, running, pid);
        }
        catch (Exception fault) when (IsMalformed(fault))
        {
            return new Inspected.Failed("the answer is not a container's description");
        }
    }

    /// <summary>podman where the version says so, else docker.</summary>
    public static string Runtime(byte[] version)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(version);
            bool podman = document.RootElement.TryGetProperty("Components", out JsonElement components)
                && components.EnumerateArray().Any(part => part.GetProperty("Name").GetString()?.Contains("podman", StringComparison.OrdinalIgnoreCase) == true);
            return podman ? "podman" : "docker";
        }
        catch (Exception fault) when (IsMalformed(fault))
        {
            throw new EngineAwayException("what answers is not a container engine: its version is not readable", fault);
        }
    }

    private static ListedContainer Row(JsonElement row)
    {
        string state = row.TryGetProperty("State", out JsonElement word) ? word.GetString() ?? "" : "";
        return new ListedContainer(row.GetProperty("Id").GetString() ?? "", state is "exited" or "dead" or "removing" or "stopped");
    }

    private static bool IsMalformed(Exception fault) => fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException;
}
