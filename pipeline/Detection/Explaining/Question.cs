using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.Explaining;

/// <summary>Which events are to be explained. Closed: one event, or those of a container.</summary>
public abstract record Question
{
    private Question()
    {
    }

    /// <summary>The node whose log has to be read.</summary>
    public abstract NodeId Node { get; }

    public abstract bool Asks(in Observation observation);

    /// <summary>True when no event from here on, in order, can be asked for.</summary>
    public abstract bool IsAnswered(EventBatch batch);

    /// <summary>One event, by its identity.</summary>
    public sealed record OfEvent(EventId Id) : Question
    {
        public override NodeId Node => Id.Node;

        public override bool Asks(in Observation observation) => observation.Id == Id;

        public override bool IsAnswered(EventBatch batch)
        {
            ArgumentNullException.ThrowIfNull(batch);
            return batch.Boot == Id.Boot && batch.FirstSequence + batch.Count > Id.Sequence;
        }
    }

    /// <summary>Every event of a container that happened within a time, by the wall clock of its node.</summary>
    /// <param name="Container">Its id, or the beginning of it.</param>
    public sealed record OfContainer(NodeId On, string Container, DateTimeOffset From, DateTimeOffset To) : Question
    {
        public override NodeId Node => On;

        public override bool Asks(in Observation observation)
        {
            string id = Explanation.ContainerOf(observation);
            return id.Length > 0 && id.StartsWith(Container, StringComparison.Ordinal)
                && observation.Time.Wall is var at && at >= From && at <= To;
        }

        /// <summary>Late events come some seconds late at most, but clocks are set: the whole log is read.</summary>
        public override bool IsAnswered(EventBatch batch) => false;
    }
}
