using Testing.Scripts;

namespace Testing.Truth;

/// <summary>Something that is done in a container, one event after the other, and the alarms that it deserves.</summary>
/// <param name="Steps">Writes one event at each step; others may happen between two of them.</param>
internal sealed record Attack(string Name, Func<Script, Victim, Random, IEnumerable<Script>> Steps, Func<Victim,
    IEnumerable<ExpectedAlarm>> Deserves);
