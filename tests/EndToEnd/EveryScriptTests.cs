using System.Collections.Immutable;
using Pipeline.Detection;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

/// <summary>
/// Every script that the tests of the detectors run on the kernel, through broker, pipeline and PostgreSQL: what is stored must be what
/// the kernel gave, event by event. The tests of the detectors themselves say what the scripts are (see <see cref="RecordedScript"/>).
/// </summary>
public sealed class EveryScriptTests(PostgresFixture postgres) : IAsyncLifetime
{
    /// <summary>Pipelines with a policy of a test's own that run at the same time; more would only wait for each other.</summary>
    private const int AtOnce = 4;

    private readonly string _directory = Directory.CreateTempSubdirectory("pipeline-scripts-").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_is_stored_of_every_script_is_what_the_kernel_gives()
    {
        await using LocalSystem system = await LocalSystem.StartAsync(postgres);
        ImmutableArray<RecordedScript> scripts = await RecordAsync();
        scripts.Where(script => script.Policy is null).Select(script => script.Test).ShouldBeEmpty("their policy cannot be written down");
        var differing = new List<string>();

        await SendAsync(system.Log, scripts.Where(script => script.Policy == ""));
        await using var stored = new StoredAlarms(system.Postgres);
        IReadOnlyList<string> ends = await system.Log.SendEndsAsync();
        await Parallel.ForEachAsync(
            scripts.Where(script => script.Policy != "").GroupBy(script => (script.Policy, Own: script.Alone ? script.Nodes[0] : "")),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (group, _) => await RunAsync(system, group.Key.Policy!, [.. group], stored));
        await stored.UntilAsync(ends, () => system.Pipeline.Output);

        foreach (RecordedScript script in scripts)
        {
            string found = await stored.OfAsync(script);
            if (found != script.Alarms) differing.Add($"{script.Test}\n  kernel: {script.Alarms}\n  stored: {found}");
        }

        differing.ShouldBeEmpty();
        scripts.SelectMany(script => script.Rules).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(Catalog.Rules.Select(rule => rule.Id).Order(StringComparer.Ordinal), "each rule is raised by some script");
    }

    /// <summary>The tests of the detectors, but for the laws, write their scripts down.</summary>
    private async Task<ImmutableArray<RecordedScript>> RecordAsync()
    {
        await using OwnProcess tests = OwnProcess.StartOurs(
            "tests/Detection.Tests", "Detection.Tests", ["--no-ansi", "--filter-not-namespace", "Detection.Tests.Laws"],
            new Dictionary<string, string> { [RecordedScript.Variable] = _directory });
        (await tests.ExitAsync(TimeSpan.FromMinutes(8))).ShouldBe(0, tests.Output);
        return RecordedScript.ReadFrom(_directory);
    }

    private static async Task RunAsync(LocalSystem system, string policy, RecordedScript[] scripts, StoredAlarms stored)
    {
        using var log = new EventLog(system.BootstrapServers);
        await using PipelineInProcess pipeline = await PipelineInProcess.StartAsync(policy, log, system.BootstrapServers, system.Postgres);
        await SendAsync(log, scripts);
        await stored.UntilAsync(await log.SendEndsAsync(), () => scripts[0].Test);
    }

    private static Task SendAsync(EventLog log, IEnumerable<RecordedScript> scripts) =>
        Task.WhenAll(scripts.SelectMany(script => script.Records).Select(record => log.SendAsync(record.Node, record.Value)));
}
