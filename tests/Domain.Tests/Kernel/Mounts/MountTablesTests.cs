using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Domain.Tests.Kernel.Mounts;

/// <summary>What is kept of mount tables, for how long, and that it survives.</summary>
public sealed class MountTablesTests
{
    private const uint Ns = 4_026_532_500;

    private Enrichment _enrichment = new();

    [Fact]
    public void Forgets_a_containers_mounts_a_while_after_its_end()
    {
        var script = Bound();
        HostPath(script.Died("c1").After(30).Heartbeat().By("c1").File(_ => default)).ShouldBe("/etc/shadow");

        HostPath(script.After(40).Heartbeat().By("c1").File(_ => default)).ShouldBe("");
    }

    [Fact]
    public void Keeps_the_mounts_of_a_container_that_was_started_again_in_a_namespace_of_the_same_number()
    {
        var script = Bound().Died("c1").After(1).By("c1").Mounted(Ns, 600, MountSteps.HostDisk, "/etc", "/e", "ext4", 500);

        HostPath(script.After(100).Heartbeat().By("c1").File(_ => default)).ShouldBe("/etc/shadow");
    }

    [Fact]
    public void Keeps_nothing_of_a_container_whose_namespace_s_number_another_one_got()
    {
        var script = Bound().Created("c2", Some.PlainSpec()).ContainerMounts("c2", firstId: 700)
            .Mounted(Ns, 800, MountSteps.HostDisk, "/srv", "/data", "ext4", 700);

        HostPath(script.By("c2").File(_ => default)).ShouldBe("");
    }

    [Fact]
    public void Takes_the_first_process_for_the_host_whatever_was_taken_for_it_before()
    {
        var script = Script.OnNode("n1").By(new ScriptedTask { MountNs = 77, Tgid = 50 }).Mounted(77, 90, 0x99, "/", "/", "ext4")
            .HostMounts().ContainerMounts("c1").Mounted(Ns, 600, MountSteps.HostDisk, "/etc", "/e", "ext4", 500);

        HostPath(script.File(_ => default)).ShouldBe("/etc/shadow");
    }

    [Fact]
    public void Knows_all_of_it_after_a_restart()
    {
        Script script = Bound();
        Feed(script);
        StateSection saved = _enrichment.Save();
        (_enrichment, DiscardedState? discarded) = Enrichment.From(saved);

        discarded.ShouldBeNull();
        _enrichment.Save().Bytes.ToArray().ShouldBe(saved.Bytes.ToArray());
        HostPath(script.By("c1").File(_ => default)).ShouldBe("/etc/shadow");
    }

    [Fact]
    public void Stays_within_its_bounds_and_keeps_the_hosts_table()
    {
        var script = Bound();
        var batch = Feed(script).Batch;
        long sequence = batch.FirstSequence + batch.Count;
        for (uint ns = 1; ns <= 3000; ns++) _enrichment.Enrich(Namespace(ns, rows: 30, sequence: sequence + (ns - 1) * 30));

        _enrichment.Counts.Evictions.ShouldBeGreaterThan(900);
        _enrichment.Save().Bytes.Length.ShouldBeLessThan(10_000_000);
        EventBatch last = Namespace(3000, rows: 1, sequence: sequence + 90_000);
        int task = last.AddTask(new TaskRecord { Tgid = 9, StartNs = 1, MountNs = 3000, ContainerId = last.AddText("c3000") });
        last.AddFile(last.Clock.BootNs, 0, task, default);
        var file = new FileReference { Device = MountSteps.HostDisk, MountId = 3_000_000, Inode = 3 };
        new Observation(_enrichment.Enrich(last), 1).Locate(file, last.AddText("/e0/shadow")).HostPath.ShouldBe("/etc/shadow");
    }

    private static Script Bound() => Script.OnNode("n1").Created("c1", Some.PlainSpec()).HostMounts().ContainerMounts("c1")
        .Mounted(Ns, 600, MountSteps.HostDisk, "/etc", "/e", "ext4", 500).File(_ => default);

    private static EventBatch Namespace(uint ns, int rows, long sequence)
    {
        var batch = new EventBatch();
        const long at = 9_000 * EventTime.NanosecondsPerSecond;
        batch.Begin(new NodeId("n1"), new BootId("boot-1-of-n1"), sequence, new EventTime(at, at), 0);
        for (int i = 0; i < rows; i++)
        {
            batch.AddMount(at, 0, EventRecord.NoTask, new MountRecord
            {
                Action = MountAction.Existing,
                MountNs = ns,
                MountId = (int)(ns * 1000) + i,
                Device = MountSteps.HostDisk,
                ParentId = 1,
                Root = batch.AddText("/etc"),
                MountPoint = batch.AddText($"/e{i}"),
                FileSystem = batch.AddText("ext4"),
            });
        }

        return batch;
    }

    /// <summary>Where /e/shadow is at the end of the script.</summary>
    private string HostPath(Script script)
    {
        EnrichedBatch enriched = Feed(script);
        var file = new FileReference { Device = MountSteps.HostDisk, Inode = 9, MountId = 600, Layer = FileLayer.Mount };
        return new Observation(enriched, enriched.Batch.Count - 1).Locate(file, enriched.Batch.AddText("/e/shadow")).HostPath;
    }

    /// <summary>The whole script again: what was seen of it is skipped.</summary>
    private EnrichedBatch Feed(Script script) => _enrichment.Enrich(Batches.Of(script.Events).ShouldHaveSingleItem());
}
