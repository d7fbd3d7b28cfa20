using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Testing.Scripts;

namespace Domain.Tests.Kernel;

/// <summary>Who did it, however the news of processes comes in.</summary>
public sealed class ProcessTableTests
{
    private const long Second = EventTime.NanosecondsPerSecond;

    private Enrichment _enrichment = new();

    [Fact]
    public void Keeps_a_childs_ancestors_as_they_were_when_it_was_forked()
    {
        ProcessContext child = Last(Script.OnNode("n1").By("c1", 10).Execs("/bin/sh", "sh", "-c", "x")
            .By(Child(11, 10)).Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked })
            .By("c1", 10).Execs("/bin/other").By(Child(11, 10)).Execs("/bin/id", "id"));

        child.Self.CommandLine.ShouldBe("id");
        child.Parent!.ExePath.ShouldBe("/bin/sh");
        child.Parent.CommandLine.ShouldBe("sh -c x");
    }

    [Fact]
    public void Takes_an_event_without_a_start_time_for_one_of_the_living_process_of_its_number()
    {
        var script = Script.OnNode("n1").By(Of(10, start: 5)).Execs("/bin/old").Exits().By(Of(10, start: 3000 * Second)).Execs("/bin/new")
            .By(Of(10, start: 0)).File(_ => default);

        Last(script).Self.ExePath.ShouldBe("/bin/new");
    }

    [Fact]
    public void Names_a_process_seen_without_a_start_time_when_that_is_known()
    {
        var script = Script.OnNode("n1").By(Of(10, start: 0)).Execs("/bin/a", "a").By(Of(10, start: 7)).File(_ => default);

        ProcessContext process = Last(script);

        process.Self.CommandLine.ShouldBe("a");
        process.Self.Key.ShouldBe(new ProcessKey(10, 7));
    }

    [Fact]
    public void Does_not_take_a_new_process_for_the_old_one_of_its_number()
    {
        var script = Script.OnNode("n1").By(Of(10, start: 5)).Execs("/bin/old").By(Of(10, start: 3000 * Second) with { ExePath = "/bin/x" })
            .File(_ => default)
            .By(Of(10, start: 5)).File(_ => default);

        EnrichedBatch enriched = Feed(script);

        enriched.ProcessAt(1)!.Self.ExePath.ShouldBe("/bin/x");
        enriched.ProcessAt(2)!.Self.ExePath.ShouldBe("/bin/old", "a late event of the old one is still its own");
        _enrichment.TakeAnomalies().ShouldBe([(Anomaly.MissedExit, 1)]);
    }

    [Fact]
    public void Fills_in_the_parent_when_the_fork_comes_after_the_childs_exec_and_exit()
    {
        ScriptedTask child = Child(11, 10);
        var script = Script.OnNode("n1").By("c1", 10).Execs("/bin/sh").By(child with { ParentTgid = 0, ParentStartNs = 0 })
            .Execs("/bin/id", "id").Exits()
            .By(child).Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked });

        ProcessContext process = Last(script);

        process.Self.CommandLine.ShouldBe("id", "the fork does not undo the exec");
        process.Parent!.ExePath.ShouldBe("/bin/sh");
        _enrichment.TakeAnomalies().ShouldBe([(Anomaly.LateFork, 1)]);
        Last(script.After(63).Heartbeat().By(child).File(_ => default)).Self.CommandLine.ShouldBe("", "and does not bring it back to life");
    }

    [Fact]
    public void Fills_in_a_parent_that_is_announced_later()
    {
        var script = Script.OnNode("n1").By(Child(11, 10)).Execs("/bin/id").By("c1", 10, "/bin/sh")
            .Process((_, _) => new ProcessRecord { Action = ProcessAction.Existing }).By(Child(11, 10)).File(_ => default);

        Last(script).Parent!.ExePath.ShouldBe("/bin/sh");
    }

    [Fact]
    public void Does_not_take_a_new_process_for_one_that_has_ended_where_no_start_times_are_known()
    {
        ScriptedTask unnamed = Of(10, start: 0);
        var script = Script.OnNode("n1").By(unnamed).Execs("/bin/old", "old").Exits()
            .By(unnamed with { ExePath = "/bin/new" }).Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked }).File(_ => default);

        ProcessFacts self = Last(script).Self;

        self.ExePath.ShouldBe("/bin/new");
        self.CommandLine.ShouldBe("");
    }

    [Fact]
    public void Stays_the_same_process_when_another_thread_than_the_first_execs()
    {
        ScriptedTask main = Of(10, start: 5) with { ExePath = "/bin/a" };
        var script = Script.OnNode("n1").By(main with { Tid = 12 }).File(_ => default).By(main with { Tid = 10 }).Execs("/bin/b", "b")
            .By(main with { Tid = 12, ExePath = "/bin/a" }).File(_ => default);

        Last(script).Self.CommandLine.ShouldBe("b");
    }

    [Fact]
    public void Lets_no_older_exec_undo_a_newer_one()
    {
        ScriptedTask task = Of(10, start: 5);
        var script = Script.OnNode("n1").By(task with { ExecGeneration = 1 }).Execs("/bin/second", "second").By(task).After(-0.1)
            .Execs("/bin/first", "first")
            .By(task).File(_ => default);

        EnrichedBatch enriched = Feed(script);

        enriched.ProcessAt(1)!.Self.CommandLine.ShouldBe("first");
        enriched.ProcessAt(2)!.Self.CommandLine.ShouldBe("second");
        _enrichment.TakeAnomalies().ShouldBe([(Anomaly.LateExec, 1)]);
    }

    [Fact]
    public void Does_not_forget_what_an_exec_said_when_the_process_is_announced_again()
    {
        var script = Script.OnNode("n1").By(Of(10, start: 5)).Execs("/bin/a", "a", "-x")
            .Process((_, _) => new ProcessRecord { Action = ProcessAction.Existing });

        Last(script).Self.CommandLine.ShouldBe("a -x");
    }

    [Theory]
    [InlineData(50, "/bin/a")]
    [InlineData(63, "")]
    public void Knows_a_process_for_a_minute_after_its_end(double seconds, string exe)
    {
        var script = Script.OnNode("n1").By(Of(10, start: 5)).Execs("/bin/a").Exits().After(seconds).Heartbeat()
            .By(Of(10, start: 5) with { ExePath = "" }).File(_ => default);

        Last(script).Self.ExePath.ShouldBe(exe);
    }

    [Fact]
    public void Counts_what_cannot_have_been_and_goes_on()
    {
        ScriptedTask ghost = Of(0, start: 0);
        Feed(Script.OnNode("n1").By(Of(10, start: 5)).Exits().Exits().By(ghost).Exits().Forks(0).Execs("/x")
            .By(Child(12, 77)).Process((_, _) => new ProcessRecord { Action = ProcessAction.Forked })
            .By(Of(13, start: long.MaxValue)).File(_ => default).After(100).Heartbeat().After(-90).Heartbeat());

        var counted = _enrichment.TakeAnomalies().ToDictionary();

        counted[Anomaly.RepeatedExit].ShouldBe(1);
        counted[Anomaly.UnknownExit].ShouldBe(2);
        counted[Anomaly.UnknownParent].ShouldBe(1);
        counted[Anomaly.ImpossibleProcess].ShouldBeGreaterThanOrEqualTo(2);
        counted[Anomaly.LateEvent].ShouldBe(1);
        _enrichment.TakeAnomalies().ShouldBeEmpty();
    }

    [Fact]
    public void Costs_less_than_a_kilobyte_for_each_living_process_also_after_a_restart()
    {
        const int processes = 20_000;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long sequence = 0;
        for (int first = 0; first < processes; first += 250) Feed(Busy(first, 250, ref sequence));
        long live = GC.GetTotalMemory(forceFullCollection: true) - before;
        StateSection saved = _enrichment.Save();
        _enrichment = Enrichment.From(saved).Enrichment;
        long restored = GC.GetTotalMemory(forceFullCollection: true) - before - saved.Bytes.Length;

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{live / processes} live, {restored / processes} restored, {saved.Bytes.Length / processes} saved");
        (live / processes).ShouldBeLessThan(1024);
        (restored / processes).ShouldBeLessThan(1024);
        _enrichment.Save().Bytes.ToArray().ShouldBe(saved.Bytes.ToArray());
    }

    /// <summary>Each a child of the one before, as deep as ancestors go, with a command line of its own.</summary>
    private static EventBatch Busy(int first, int count, ref long sequence)
    {
        var batch = new EventBatch();
        batch.Begin(new NodeId("n1"), new BootId("b"), sequence, new EventTime(9_000 * Second, 9_000 * Second), 0);
        for (int i = first; i < first + count; i++)
        {
            int task = batch.AddTask(new TaskRecord
            {
                Tgid = 100 + i,
                StartNs = i,
                ParentTgid = 99 + i,
                ParentStartNs = i - 1,
                ExecGeneration = 1,
                ExePath = batch.AddText($"/usr/bin/program-{i % 50}"),
                ContainerId = batch.AddText($"{i % 200:x64}"),
            });
            batch.AddProcess(9_000 * Second, 0, task, new ProcessRecord
            {
                Action = ProcessAction.Executed,
                Arguments = batch.AddText($"program\0--number\0{i}\0--config\0/etc/program/config.yaml\0"),
            });
        }

        sequence += count;
        return batch;
    }

    private static ScriptedTask Of(int tgid, long start) => new() { Container = "c1", Tgid = tgid, StartNs = start };

    private static ScriptedTask Child(int tgid, int parent) =>
        new() { Container = "c1", Tgid = tgid, StartNs = 2 * Second, ParentTgid = parent, ParentStartNs = Second };

    private ProcessContext Last(Script script)
    {
        EnrichedBatch enriched = Feed(script);
        return enriched.ProcessAt(enriched.Batch.Count - 1)!;
    }

    private EnrichedBatch Feed(Script script) => Feed(Batches.Of(script.Events).ShouldHaveSingleItem());

    private EnrichedBatch Feed(EventBatch batch) => _enrichment.Enrich(batch);
}
