namespace Pipeline.Runtime.Ports;

/// <summary>An alarm event that an output gave up on. What it would have sent can be made again from the stored event.</summary>
/// <param name="Output">Name of the output.</param>
/// <param name="Reason">Why, for people; holds no secret.</param>
/// <param name="Attempts">How often it was tried.</param>
public sealed record OutputDeadLetter(string Output, Guid EventId, Guid AlarmId, long Sequence, string Reason, int Attempts, DateTimeOffset GivenUpAt);

/// <summary>Keeps what outputs gave up on. Thread-safe. Throws when the store is away.</summary>
public interface IOutputDeadLetters
{
    /// <summary>Keeps them; one that is kept already stays as it is.</summary>
    Task KeepAsync(IReadOnlyList<OutputDeadLetter> letters, CancellationToken cancellation);
}
