using System.Collections.Immutable;
using Pipeline.Domain.Kernel;
using Pipeline.Domain.Policies;

namespace Pipeline.Runtime.Ports;

/// <summary>From this offset of a partition on the document holds, until the next position.</summary>
public sealed record PolicyPosition(long Offset, PolicyDocument Document);

/// <summary>What holds for the system since its <paramref name="Number"/>th change.</summary>
/// <param name="Document">Null for the policy that each process was started with.</param>
public sealed record PolicyRevision(int Number, PolicyDocument? Document);

/// <summary>Where changes of the policy arrive in this process. Thread-safe.</summary>
public interface IPolicyChanges
{
    /// <summary>
    /// Every lane takes it up between two batches. What is not newer than the newest so far changes nothing, nor does a document that cannot
    /// be read, which is logged and counted. May take as long as loading what the document names.
    /// </summary>
    void Offer(PolicyRevision revision);
}

/// <summary>Makes detectors of a document. Thread-safe.</summary>
public interface IPolicyCompiler
{
    PolicyCompilation Compile(PolicyDocument document);
}

/// <summary>What became of a document.</summary>
public abstract record PolicyCompilation
{
    private PolicyCompilation()
    {
    }

    /// <param name="Detectors">Every detector of the catalogue, in its order.</param>
    public sealed record Compiled(ImmutableArray<DetectorFactory> Detectors) : PolicyCompilation;

    /// <summary>This program does not understand it: it may be of a later one.</summary>
    public sealed record Unreadable(string Reason) : PolicyCompilation;
}

/// <summary>Who is told every change of the policy, in order, at least once. One process of the group tells at a time.</summary>
public interface IPolicySubscriber
{
    /// <inheritdoc cref="IAlarmSubscriber.TakeAsync"/>
    Task TakeAsync(IReadOnlyList<PolicyEvent> changes, CancellationToken cancellation);
}
