using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Replay;
using Pipeline.Replay.Certificates;
using Testing;
using Testing.Scripts;

namespace Replay.Tests;

/// <summary>The same log gives the same alarms, live and replayed, however it is cut, spread, read or interrupted.</summary>
public sealed class ReplayEqualityTests : IDisposable
{
    private readonly TemporaryArchive _archive = new();

    private static string Live(IReadOnlyList<ScriptedEvent> events) =>
        AlarmHash.Of(SomeLog.Of(events, 1, () => 256).Live(Catalog.Detectors));

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 2)]
    [InlineData(3, 4, 4)]
    public async Task Tells_what_the_pipeline_told_at_any_batch_size_partition_count_and_parallelism(
        int seed, int partitions, int parallelism)
    {
        IReadOnlyList<ScriptedEvent> events = GeneratedDay.Events(1500, seed);
        var random = new Random(seed);
        var log = SomeLog.Of(events, partitions, () => random.Next(1, 60));
        await log.ArchiveAsync(_archive.Store);

        ReplayResult replayed = await Replayed.RunAsync(_archive.Store, Replayed.All with { Parallelism = parallelism });

        replayed.Events.Length.ShouldBeGreaterThan(50);
        replayed.Certificate.Hash.ShouldBe(Live(events));
        replayed.Certificate.Completeness.ShouldBe(Completeness.Complete, string.Join('\n', replayed.Certificate.Reasons));
        replayed.EventsRead.ShouldBe(events.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Tells_the_same_from_the_middle_as_from_the_beginning(int seed)
    {
        IReadOnlyList<ScriptedEvent> events = GeneratedDay.Events(1500, seed);
        await SomeLog.Of(events, 2, () => 20).ArchiveAsync(_archive.Store, rollBytes: 6000);
        var range = Replayed.All with { From = GeneratedDay.Begin.AddMinutes(15), To = GeneratedDay.Begin.AddMinutes(25) };
        ReplayResult beginning = await Replayed.RunAsync(_archive.Store, range);

        await Replayed.RunAsync(_archive.Store, Replayed.All with { SaveStates = true });
        ReplayResult middle = await Replayed.RunAsync(_archive.Store, range);

        beginning.Events.ShouldNotBeEmpty();
        AlarmText.Exact(middle.Events).ShouldBe(AlarmText.Exact(beginning.Events));
        middle.Certificate.Hash.ShouldBe(beginning.Certificate.Hash);
        middle.Certificate.Completeness.ShouldBe(Completeness.Complete);
        middle.EventsRead.ShouldBeLessThan(beginning.EventsRead);
        middle.Certificate.Partitions.ShouldAllBe(p => p.Start == "the state saved at this offset");
    }

    [Fact]
    public async Task Uses_no_state_of_another_policy()
    {
        await SomeLog.Of(GeneratedDay.Events(600, 5), 1, () => 20).ArchiveAsync(_archive.Store, rollBytes: 6000);
        await Replayed.RunAsync(_archive.Store, Replayed.All with { SaveStates = true });

        ReplayResult other = await Replayed.RunAsync(
            _archive.Store, Replayed.All with { From = GeneratedDay.Begin.AddMinutes(10) },
            policy: new FixedPolicy(Catalog.Detectors, "another", false));

        other.Certificate.Partitions.Single().Start.ShouldBe("the beginning of the log");
    }

    [Fact]
    public async Task Goes_on_in_the_log_where_the_archive_ends()
    {
        IReadOnlyList<ScriptedEvent> events = GeneratedDay.Events(1000, 6);
        var log = SomeLog.Of(events, 2, () => 10);
        await SomeLog.Of(log.Partitions.SelectMany(p => p.Take(p.Count / 2))
            .Select(r => (System.Text.Encoding.UTF8.GetString(r.Key!), r.Value!)), 2)
            .ArchiveAsync(_archive.Store);

        ReplayResult both = await Replayed.RunAsync(_archive.Store, Replayed.All, log.AsLive(oldest: 5));
        ReplayResult live = await Replayed.RunAsync(null, Replayed.All, log.AsLive());

        both.Certificate.Hash.ShouldBe(Live(events));
        live.Certificate.Hash.ShouldBe(Live(events));
        both.Certificate.Completeness.ShouldBe(Completeness.Complete);
    }

    [Fact]
    public async Task Tells_of_one_container_what_it_tells_of_all_and_reads_less()
    {
        IReadOnlyList<ScriptedEvent> events = GeneratedDay.Events(1500, 7);
        await SomeLog.Of(events, 2, () => 20).ArchiveAsync(_archive.Store, rollBytes: 3000);
        string container = GeneratedDay.Container(2, 3);
        ReplayResult all = await Replayed.RunAsync(_archive.Store, Replayed.All);
        var ids = all.Events.OfType<AlarmRaised>().Where(e => e.Source.ContainerId == container).Select(e => e.AlarmId).ToHashSet();

        ReplayResult one = await Replayed.RunAsync(_archive.Store, Replayed.All with { Container = container });

        ids.ShouldNotBeEmpty();
        AlarmText.Exact(one.Events).ShouldBe(AlarmText.Exact(all.Events.Where(e => ids.Contains(e.AlarmId))));
        one.EventsRead.ShouldBeLessThan(all.EventsRead / 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_of_one_node_what_it_tells_of_all_whether_or_not_learning_joins_nodes(bool joinsNodes)
    {
        await SomeLog.Of(GeneratedDay.Events(1200, 8), 2, () => 20).ArchiveAsync(_archive.Store, rollBytes: 3000);
        var policy = new FixedPolicy(Catalog.Detectors, "some", joinsNodes);
        string node = GeneratedDay.NodeName(1);
        ReplayResult all = await Replayed.RunAsync(_archive.Store, Replayed.All, policy: policy);
        var ids = all.Events.OfType<AlarmRaised>().Where(e => e.Source.Node == node).Select(e => e.AlarmId).ToHashSet();

        ReplayResult one = await Replayed.RunAsync(_archive.Store, Replayed.All with { Node = node }, policy: policy);

        ids.ShouldNotBeEmpty();
        AlarmText.Exact(one.Events).ShouldBe(AlarmText.Exact(all.Events.Where(e => ids.Contains(e.AlarmId))));
        (one.EventsRead < all.EventsRead).ShouldBe(!joinsNodes);
    }

    [Fact]
    public async Task Tells_the_same_of_the_scripts_of_every_detector()
    {
        string directory = Directory.CreateTempSubdirectory("replay-scripts-").FullName;
        try
        {
            Assert.SkipUnless(File.Exists(OwnProcess.PathOf("tests/Detection.Tests", "Detection.Tests")),
                "needs tests/Detection.Tests to be built");
            await using OwnProcess tests = OwnProcess.StartOurs(
                "tests/Detection.Tests", "Detection.Tests", ["--no-ansi", "--filter-not-namespace", "Detection.Tests.Laws"],
                new Dictionary<string, string> { [RecordedScript.Variable] = directory });
            (await tests.ExitAsync(TimeSpan.FromMinutes(8))).ShouldBe(0, tests.Output);
            RecordedScript[] scripts = [.. RecordedScript.ReadFrom(directory).Where(script => script.Policy == "")];
            var log = SomeLog.Of(scripts.SelectMany(script => script.Records), 3);
            await log.ArchiveAsync(_archive.Store, rollBytes: 200_000);

            ReplayResult replayed = await Replayed.RunAsync(_archive.Store, Replayed.All);

            replayed.Certificate.Hash.ShouldBe(AlarmHash.Of(log.Live(Catalog.Detectors)));
            replayed.Events.OfType<AlarmRaised>().Select(e => e.RuleId).Distinct().Count().ShouldBeGreaterThan(20);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    public void Dispose() => _archive.Dispose();
}
