using System.CommandLine;
using Pipeline.Archive.Stores;

namespace Pipeline.Host.Commands.Archiving;

/// <summary>Which archive a command means.</summary>
internal sealed class ArchivePlace
{
    private readonly Option<string?> _archive = new("--archive")
    {
        Description = "The archive: a directory. Environment: PIPELINE_ARCHIVE.",
    };

    private readonly Option<string> _topic = new("--topic")
    {
        Description = "Topic that the agents publish to. Environment: PIPELINE_TOPIC.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PIPELINE_TOPIC") ?? "node-events",
    };

    public Option[] Options => [_archive, _topic];

    public string Topic(ParseResult parsed) => parsed.GetValue(_topic)!;

    /// <summary>Null when none is named.</summary>
    public IArchiveStore? Store(ParseResult parsed) =>
        (parsed.GetValue(_archive) ?? Environment.GetEnvironmentVariable("PIPELINE_ARCHIVE")) is { Length: > 0 } place
            ? new DirectoryStore(place) : null;
}
