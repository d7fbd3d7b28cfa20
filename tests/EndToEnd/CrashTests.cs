using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

/// <summary>Processes die at bad moments; the alarms must be those of a run in which nothing happened.</summary>
public sealed class CrashTests(PostgresFixture postgres)
{
    private const int Containers = 400;
    private const int Kills = 3;

    [Fact]
    public async Task Kill_of_the_pipeline_while_containers_start_loses_and_doubles_nothing()
    {
        await using LocalSystem system = await LocalSystem.StartAsync(postgres);
        using var api = new ApiClient(system.Api);
        using var log = new EventLog(system.Kafka);
        Script script = Starts();
        EventBatch[] batches = [.. Batches.Of(script.Events, most: 4)];

        for (int i = 0; i < batches.Length; i++)
        {
            await log.SendAsync(batches[i]);
            if (i % (batches.Length / (Kills + 1)) != batches.Length / (Kills + 2)) continue;
            await system.Pipeline.KillAsync();
            system.LaunchPipeline();
        }

        Dictionary<Guid, AlarmView> expected = Undisturbed(batches);
        IReadOnlyList<AlarmRow> rows = await Eventually.GetAsync(
            () => AlarmsAsync(api), rows => rows.Count >= expected.Count && rows.All(row => row.Confirmed), $"{expected.Count} confirmed alarms", TimeSpan.FromMinutes(3));
        rows.Select(row => row.Id).Order().ShouldBe(expected.Keys.Order());
        rows.ShouldAllBe(row => row.Occurrences == expected[row.Id].Occurrences);
    }

    /// <summary>Containers with bad settings on one node, each created and started.</summary>
    private static Script Starts()
    {
        Script script = Script.OnNode("crashing");
        for (int i = 0; i < Containers; i++)
        {
            script.Created(Some.ContainerId(i), Some.PrivilegedSpec($"web-{i}")).Started(Some.ContainerId(i));
        }

        return script;
    }

    /// <summary>The same log through the kernel alone.</summary>
    private static Dictionary<Guid, AlarmView> Undisturbed(EventBatch[] batches)
    {
        var views = new Dictionary<Guid, AlarmView>();
        foreach (AlarmEvent e in KernelRun.Feed(new PartitionKernel(Catalog.Detectors), batches))
        {
            if (AlarmView.Apply(views.GetValueOrDefault(e.AlarmId), e) is { } view) views[e.AlarmId] = view;
        }

        return views;
    }

    /// <summary>Nothing while the process is away.</summary>
    private static async Task<IReadOnlyList<AlarmRow>> AlarmsAsync(ApiClient api)
    {
        try
        {
            return await api.AlarmsAsync();
        }
        catch (HttpRequestException)
        {
            return [];
        }
    }
}
