using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Detection.Explaining;

/// <summary>One event, and what every detector made of it.</summary>
/// <param name="Container">Id of its container; empty for the host.</param>
/// <param name="Program">Executable that caused it; empty where no process did.</param>
/// <param name="Detectors">All of the catalogue, also those that are not shown events of this kind.</param>
public sealed record ExplainedEvent(
    EventId Id, EventTime At, EventKind Kind, string Container, string Program, ImmutableArray<DetectorReasons> Detectors);

/// <summary>What one detector made of an event.</summary>
/// <param name="Listens">False: it is never shown events of this kind.</param>
/// <param name="Rules">The rules that it weighed, in order; empty where it said nothing.</param>
/// <param name="Alarms">
/// What its alarms said right after the event. A repeat may be told up to some seconds later and is then not here.
/// </param>
public sealed record DetectorReasons(string Detector, bool Listens, ImmutableArray<RuleReasons> Rules, ImmutableArray<AlarmEvent> Alarms);

/// <summary>The conditions of one rule as they were looked at.</summary>
public sealed record RuleReasons(string RuleId, ImmutableArray<Condition> Conditions)
{
    /// <summary>The first that did not hold: why the rule stayed silent. Null: all that was looked at held.</summary>
    public Condition? Failed => Conditions.FirstOrDefault(condition => !condition.Holds);
}

/// <summary>One condition, see <see cref="Domain.Kernel.IReasons"/>.</summary>
public sealed record Condition(string Text, string Value, bool Holds);
