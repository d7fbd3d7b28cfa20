using System.Collections.Immutable;
using Pipeline.Domain.Events;

namespace Testing.Truth;

/// <summary>
/// Records as agents would ship them, in the order of the log, and the alarms that have to come of them whatever happens meanwhile.
/// </summary>
/// <param name="Records">Several nodes and boots, some records told twice or cut anew, some events lost.</param>
/// <param name="Events">How many different events there are.</param>
public sealed record KnownLog(int Seed, ImmutableArray<EventBatch> Records, ImmutableArray<ExpectedAlarm> Expected, int Events)
{
    /// <param name="shape">How large it is; the small one where nothing is said.</param>
    public static KnownLog Generate(int seed, KnownLogShape? shape = null) => new LogWriter(seed, shape ?? new KnownLogShape()).Write();
}

/// <summary>How large a log is made.</summary>
/// <param name="Name">A part of every name in it, so that several logs may go over one topic.</param>
/// <param name="AttacksPerNode">At least; each kind of attack comes as often as another.</param>
/// <param name="NoisePerStep">Events of ordinary life for each event of an attack, on average.</param>
/// <param name="MostInRecord">Events in the largest record.</param>
public sealed record KnownLogShape(string Name = "n", int Nodes = 2, int AttacksPerNode = 15, int NoisePerStep = 1, int MostInRecord = 24);
