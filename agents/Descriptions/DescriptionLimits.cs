namespace Agents.Descriptions;

/// <summary>
/// What a description may cost. Descriptions come from whoever may start containers; each bound is far above what engines and clusters
/// accept, so that going over it is an error to report and never a way to hide a setting.
/// </summary>
public sealed record DescriptionLimits
{
    public static DescriptionLimits Default { get; } = new();

    /// <summary>A file, in bytes. A thousand pods in one list are about 5 MiB.</summary>
    public int FileBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Levels of objects and lists. Custom resource definitions, the deepest files in use, stay below 40.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Values in one document after YAML aliases are followed, so that a small file cannot stand for a huge one.</summary>
    public int Nodes { get; init; } = 500_000;

    /// <summary>One string, in characters; Kubernetes objects are at most 1.5 MiB altogether.</summary>
    public int StringLength { get; init; } = 2 * 1024 * 1024;

    /// <summary>
    /// A string that becomes part of a description, in characters: PATH_MAX, and more than any name or image reference may have.
    /// </summary>
    public int KeptStringLength { get; init; } = 4096;

    /// <summary>Elements of a list that becomes part of a description (mounts, capabilities, containers).</summary>
    public int KeptItems { get; init; } = 10_000;

    /// <summary>
    /// Labels kept; the rest is left out, as are labels longer than <see cref="KeptStringLength"/>. Nothing is decided on a label's
    /// absence.
    /// </summary>
    public int Labels { get; init; } = 256;

    /// <summary>Arguments kept of a command; what is longer is cut here, since commands carry whole scripts.</summary>
    public int CommandArguments { get; init; } = 256;
}
