using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Pipeline.Domain.Kernel;

/// <summary>A process and where it comes from, as known at a position of the log. Immutable.</summary>
/// <param name="Ancestors">Parent first, at most <see cref="MostAncestors"/>, each as it was when it forked the next.</param>
public sealed record ProcessContext(ProcessFacts Self, ImmutableArray<ProcessFacts> Ancestors)
{
    /// <summary>Enough to see a shell behind a web server behind a supervisor, and bounded whatever forks.</summary>
    public const int MostAncestors = 5;

    public ProcessFacts? Parent => Ancestors.IsEmpty ? null : Ancestors[0];

    internal ImmutableArray<ProcessFacts> AncestorsOfChildren()
    {
        var ancestors = new ProcessFacts[Math.Min(Ancestors.Length + 1, MostAncestors)];
        ancestors[0] = Self;
        Ancestors.AsSpan(0, ancestors.Length - 1).CopyTo(ancestors.AsSpan(1));
        return ImmutableCollectionsMarshal.AsImmutableArray(ancestors);
    }
}
