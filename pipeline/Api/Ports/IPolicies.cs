using System.Collections.Immutable;
using Pipeline.Domain.Policies;

namespace Pipeline.Api.Ports;

/// <summary>A revision of the policy.</summary>
/// <param name="Document">Null for the policy that each process was started with.</param>
/// <param name="RestoredRevision">Of a rollback: the revision whose document holds again; else null.</param>
public sealed record StoredPolicy(
    int Revision, PolicyDocument? Document, string Author, string Reason, DateTimeOffset At, int? RestoredRevision);

/// <summary>From this offset of a partition on this policy held.</summary>
public sealed record StoredPolicyPosition(
    string Topic, int Partition, long Offset, string PolicyId, int Version, string Hash, DateTimeOffset RecordedAt);

/// <summary>How a change of the policy ended.</summary>
public abstract record PolicyOutcome
{
    private PolicyOutcome()
    {
    }

    /// <summary>It holds; so it did before when nothing had to be changed for that.</summary>
    public sealed record Holds(StoredPolicy Policy) : PolicyOutcome;

    /// <summary>Somebody else changed it since.</summary>
    public sealed record Changed(int Revision) : PolicyOutcome;

    public sealed record Refused(string Reason) : PolicyOutcome;

    public sealed record NoSuchRevision : PolicyOutcome;
}

/// <summary>The policy of the system and its history. Thread-safe. Throws only <see cref="AlarmStoreUnavailableException"/>.</summary>
public interface IPolicies
{
    /// <summary>The newest first.</summary>
    Task<ImmutableArray<StoredPolicy>> HistoryAsync(int limit, CancellationToken cancellation);

    /// <param name="revision">Null for the one in force.</param>
    /// <returns>Null when there is none: then each process holds to the policy that it was started with.</returns>
    Task<StoredPolicy?> FindAsync(int? revision, CancellationToken cancellation);

    /// <summary>Puts a document that can be read in force.</summary>
    /// <param name="expected">Revision that the author looked at, 0 for none; null for whatever it is.</param>
    Task<PolicyOutcome> ApplyAsync(PolicyDocument document, string author, string reason, int? expected, CancellationToken cancellation);

    /// <summary>Puts an earlier revision's document in force again.</summary>
    /// <param name="revision">0 for what each process was started with.</param>
    Task<PolicyOutcome> RollBackAsync(int revision, string author, string reason, int? expected, CancellationToken cancellation);

    /// <summary>Which policy held where, in the order of the partition.</summary>
    Task<ImmutableArray<StoredPolicyPosition>> PositionsAsync(string topic, int partition, int limit, CancellationToken cancellation);
}
