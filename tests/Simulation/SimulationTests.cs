using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing.Scripts;
using Testing.Truth;

namespace Simulation;

/// <summary>
/// Whatever happens to the processes of a group and to their commits: no alarm is lost and none is doubled. PIPELINE_SIMULATION_SEED runs
/// one seed, PIPELINE_SIMULATION_SEEDS that many.
/// </summary>
public sealed class SimulationTests : IAsyncDisposable
{
    private const int DifferentLogs = 40;
    private const int SeedsThatShowAFlaw = 300;
    private const int MostFaults = 12;

    /// <summary>Actors run on the thread that tells them something, so that the seed decides the order of all.</summary>
    private readonly ActorSystem _system = ActorSystem.Create("simulation", """
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.actor.default-dispatcher.type = "Akka.TestKit.CallingThreadDispatcherConfigurator, Akka.TestKit"
        akka.actor.internal-dispatcher.type = "Akka.TestKit.CallingThreadDispatcherConfigurator, Akka.TestKit"
        """);

    private readonly Dictionary<int, Plan> _plans = [];

    private static int Seeds => Number("PIPELINE_SIMULATION_SEEDS") ?? 300;

    [Fact]
    public void Loses_and_doubles_nothing_whatever_the_seed_does()
    {
        int[] seeds = Number("PIPELINE_SIMULATION_SEED") is { } one ? [one] : [.. Enumerable.Range(1, Seeds)];
        foreach (int seed in seeds)
        {
            (IReadOnlyList<string> wrong, IReadOnlyList<string> story) = Run(seed, StoreFlaw.None);
            wrong.ShouldBeEmpty(
                $"seed {seed}: PIPELINE_SIMULATION_SEED={seed} ./test.sh Simulation runs it alone. Its last steps: {string.Join("; ", story.TakeLast(30))}");
        }
    }

    [Theory]
    [InlineData(StoreFlaw.NoFencing)]
    [InlineData(StoreFlaw.CheckpointBeforeAlarms)]
    [InlineData(StoreFlaw.NoIdentity)]
    [InlineData(StoreFlaw.AnswersTooSoon)]
    [InlineData(StoreFlaw.CheckpointTooFar)]
    [InlineData(StoreFlaw.StateForgotten)]
    public void Finds_a_mistake_that_is_made_on_purpose(StoreFlaw flaw)
    {
        int? found = Enumerable.Range(1, SeedsThatShowAFlaw).Cast<int?>().FirstOrDefault(seed => Run(seed!.Value, flaw).Wrong.Count > 0);

        found.ShouldNotBeNull($"no seed up to {SeedsThatShowAFlaw} showed it");
        TestContext.Current.TestOutputHelper?.WriteLine($"{flaw}: found by seed {found}");
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();

    private (IReadOnlyList<string> Wrong, IReadOnlyList<string> Story) Run(int seed, StoreFlaw flaw)
    {
        Plan plan = PlanOf(seed % DifferentLogs);
        using var group = new SimulatedGroup(seed, plan.Partitions, _system, faults: seed % (MostFaults + 1), flaw);
        List<string> wrong = [.. group.Run()];
        if (wrong.Count == 0) wrong.AddRange(plan.Differences(group.Store.Alarms));
        return (wrong, group.Story);
    }

    private Plan PlanOf(int number) => _plans.TryGetValue(number, out Plan? plan) ? plan : _plans[number] =
        Plan.Of(KnownLog.Generate(number));

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value : null;

    /// <summary>A log over two partitions, what the truth says of it and what an undisturbed kernel makes of it.</summary>
    private sealed record Plan(KnownLog Log, ImmutableArray<ImmutableArray<EventBatch>> Partitions, string Undisturbed)
    {
        public static Plan Of(KnownLog log)
        {
            string[] nodes = [.. log.Records.Select(record => record.Node.Value).Distinct()];
            ImmutableArray<ImmutableArray<EventBatch>> partitions =
                [.. nodes.Select(node => log.Records.Where(record => record.Node.Value == node).ToImmutableArray())];
            return new Plan(log, partitions, Exact(partitions.SelectMany(records =>
                KernelRun.Feed(new PartitionKernel(Catalog.Detectors), records))));
        }

        public IEnumerable<string> Differences(IReadOnlyList<AlarmEvent> stored)
        {
            foreach (string flaw in AlarmComparison.Flaws(stored)) yield return flaw;
            foreach (string difference in AlarmComparison.Differences("the store", Log.Expected,
                FoundAlarm.In(stored))) yield return difference;
            if (Exact(stored) != Undisturbed) yield return "the stored events are not those of an undisturbed run, field by field";
        }

        private static string Exact(IEnumerable<AlarmEvent> events) => AlarmText.Exact(events.OrderBy(e => e.EventId));
    }
}
