using Pipeline.Domain.Identity;

namespace Agents.Importers;

/// <summary>How one recording is to be read.</summary>
public sealed record RecordingOptions
{
    /// <summary>
    /// Part of the boot id: raised whenever the same recording gives other events than before, so that an event id never means two things.
    /// </summary>
    public const string MappingVersion = "1";

    /// <summary>What tells this recording from all others: <see cref="RecordingIdentity.OfAsync"/>.</summary>
    public required string Identity { get; init; }

    /// <summary>Name of the node that all events are given; null takes the name in the recording.</summary>
    public NodeId? Node { get; init; }

    /// <summary>
    /// The boot that the events belong to. A recording does not tell the kernel's boot id, so it is derived from the content: importing
    /// twice gives the same event ids.
    /// </summary>
    public BootId Boot => new(DeterministicId.From("recording", MappingVersion, Identity).ToString());
}
