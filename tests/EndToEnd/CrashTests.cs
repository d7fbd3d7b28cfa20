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
    private const int ContainersOfALife = 150;
    private const int Kills = 3;

    [Theory]
    [MemberData(nameof(LogServer.Kinds), MemberType = typeof(LogServer))]
    public async Task Kill_of_the_pipeline_while_containers_start_loses_and_doubles_nothing(LogKind kind)
    {
        await using LocalSystem system = await LocalSystem.StartAsync(postgres, kind);
        using var api = new ApiClient(system.Api);
        EventBatch[] batches = [.. Batches.Of(Starts().Events, most: 4)];
        EventBatch[][] lives = [.. batches.Chunk((batches.Length + Kills) / (Kills + 1))];

        int before = 0;
        for (int life = 0; life < lives.Length; life++)
        {
            // The process dies after it has stored some of this part's alarms, and the rest arrives while it is dead.
            EventBatch[][] halves = [.. lives[life].Chunk((lives[life].Length + 1) / 2)];
            await SendAsync(system.Log, halves[0]);
            await Eventually.GetAsync(() => AlarmsAsync(api), rows => rows.Count > before, "alarms of this life");
            if (life < Kills) await system.Pipeline.KillAsync();
            await SendAsync(system.Log, halves[1]);
            if (life < Kills) await system.StartPipelineAsync();
            before = await SettledAsync(api, Undisturbed(batches.Take(lives[..(life + 1)].Sum(part => part.Length))));
        }
    }

    private static async Task SendAsync(EventLog log, EventBatch[] batches)
    {
        foreach (EventBatch batch in batches) await log.SendAsync(batch);
    }

    /// <summary>Waits until as many alarms are confirmed as expected, and holds all of them against what an undisturbed run gives.</summary>
    private static async Task<int> SettledAsync(ApiClient api, Dictionary<Guid, AlarmView> expected)
    {
        IReadOnlyList<AlarmRow> rows = await Eventually.GetAsync(
            () => AlarmsAsync(api), rows => rows.Count(row => row.Confirmed) >= expected.Count, $"{expected.Count} confirmed alarms");
        rows.Select(row => row.Id).Order().ShouldBe(expected.Keys.Order());
        rows.ShouldAllBe(row => row.Occurrences == expected[row.Id].Occurrences);
        return rows.Count;
    }

    /// <summary>Containers with bad settings on one node, each created and started.</summary>
    private static Script Starts()
    {
        Script script = Script.OnNode("crashing");
        for (int i = 0; i < ContainersOfALife * (Kills + 1); i++)
        {
            script.Created(Some.ContainerId(i), Some.PrivilegedSpec($"web-{i}")).Started(Some.ContainerId(i));
        }

        return script;
    }

    /// <summary>The same log through the kernel alone.</summary>
    private static Dictionary<Guid, AlarmView> Undisturbed(IEnumerable<EventBatch> batches)
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
