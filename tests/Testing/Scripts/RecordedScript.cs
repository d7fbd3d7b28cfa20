using System.Collections.Immutable;
using System.Text.Json;

namespace Testing.Scripts;

/// <summary>A script as it can be given to a pipeline process, and what the kernel made of it. Its nodes are nobody else's.</summary>
public sealed record RecordedScript
{
    /// <summary>Where <see cref="WriteTo"/> is asked to write by whoever wants the scripts of a test assembly.</summary>
    public const string Variable = "PIPELINE_TEST_SCRIPTS";

    /// <summary>Display name of the test.</summary>
    public required string Test { get; init; }

    /// <summary>The nodes that it happens on.</summary>
    public required ImmutableArray<string> Nodes { get; init; }

    /// <summary>Names of the alarm types that the test is about; those of other detectors say nothing of it.</summary>
    public required ImmutableArray<string> Types { get; init; }

    /// <summary>The policy that its detectors run under, as a document; empty for the built-in one, null where no document can say it.</summary>
    public required string? Policy { get; init; }

    /// <summary>Its policy joins what happens on several nodes of a partition (learning): no other script may run beside it.</summary>
    public required bool Alone { get; init; }

    /// <summary>Records of the log as an agent would ship them, each with its node.</summary>
    public required ImmutableArray<(string Node, byte[] Value)> Records { get; init; }

    /// <summary>Rules of the alarms that were raised.</summary>
    public required ImmutableArray<string> Rules { get; init; }

    /// <summary>Every alarm event by <see cref="AlarmText.Exact"/>, those of one alarm together and in order.</summary>
    public required string Alarms { get; init; }

    private static JsonSerializerOptions Json { get; } = new() { IncludeFields = true };

    public void WriteTo(string directory, int number) =>
        File.WriteAllText(Path.Combine(directory, $"{number:D5}.json"), JsonSerializer.Serialize(this, Json));

    /// <summary>Everything in a directory.</summary>
    public static ImmutableArray<RecordedScript> ReadFrom(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*.json").Order().Select(file =>
            JsonSerializer.Deserialize<RecordedScript>(File.ReadAllText(file), Json)!)];
}
