namespace Pipeline.Runtime.Ports;

/// <summary>
/// Who is told every stored alarm event, in the order in which they were stored, at least once. One process of the group tells at a time.
/// Each subscriber has a position of its own, so none waits for another.
/// </summary>
public interface IAlarmSubscriber
{
    /// <summary>Name of its stored position, for ever: another name begins anew. Lower-case letters, digits and hyphens.</summary>
    string Name { get; }

    /// <summary>Whether it begins at the first event ever stored, and not at those stored after it was added.</summary>
    bool BeginsAtFirst { get; }

    /// <summary>
    /// Takes the next events. When the task completes they are done with: the position behind them is stored. One that cannot take them
    /// waits and tries again by itself; what it throws stops the subscription, which is started again with these same events.
    /// </summary>
    Task TakeAsync(IReadOnlyList<AlarmEventRecord> events, CancellationToken cancellation);
}
