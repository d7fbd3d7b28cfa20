using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>
/// Which order counts. Agents sort what several processors report before they number it; from there on a node's order is that of its
/// numbers, which the log keeps. What may arrive in another order is what different nodes do, and descriptions of containers.
/// </summary>
[Properties(Arbitrary = [typeof(LogGenerator)], MaxTest = 100)]
public sealed class OrderLaws
{
    /// <summary>Longer than any verdict waits and any change takes to settle.</summary>
    private const double Settled = 200;

    /// <summary>Within what verdicts wait for a description, five seconds of event time.</summary>
    private static readonly double[] Delays = [0, 0.1, 1, 2.5, 4.9];

    /// <summary>Rules whose verdict waits for the description (ADR 4).</summary>
    private static readonly ImmutableArray<DetectorFactory> Waiting =
        [.. LawPolicy.ByImage.Where(d => d.Spec.Type is AlarmType.AbnormalProcess or AlarmType.SensitiveFileAccess)];

    [Property]
    public void How_the_nodes_of_a_partition_are_interleaved_does_not_show(Script log, int seed)
    {
        ImmutableArray<ScriptedEvent> other = Rearranged.Interleaved(log.Events, new Random(seed));

        ByNode(other).ShouldBe(ByNode(log.Events));
    }

    [Property]
    public Property A_description_that_comes_late_changes_no_verdict_that_waits_for_it() =>
        Prop.ForAll(Acts.ListOf().ToArbitrary(), Gen.Elements(Delays).ToArbitrary(), (acts, delay) =>
            Verdicts(acts, delay).ShouldBe(Verdicts(acts, delay: null)));

    private static Gen<(double After, Action<Script> Act)> Acts { get; } =
        from after in Gen.Elements(0.0, 0.01, 0.3, 1, 4)
        from act in Gen.Frequency<Action<Script>>(
            (3, from path in Gen.Elements("/bin/sh", "/usr/sbin/nginx", "/usr/bin/id")
                from pid in Gen.Choose(100, 102)
                select new Action<Script>(s => s.By("c1", pid, path).Execs(path, path))),
            (3, from path in Gen.Elements("/srv/index.html", "/etc/passwd", "/var/x")
                from inode in Gen.Choose(1, 3)
                select new Action<Script>(s => s.By("c1").Writes(path, Testing.Scripts.FileSteps.InRoot((ulong)inode)))))
        select (after, act);

    /// <summary>Rule, severity, subject and labels of each alarm.</summary>
    private static string[] Verdicts(IReadOnlyList<(double After, Action<Script> Act)> acts, double? delay)
    {
        Script script = Script.OnNode("n1");
        double now = 0;
        bool described = delay is null;
        if (described) Describe(script);
        foreach ((double after, Action<Script> act) in acts)
        {
            if (!described && now + after >= delay)
            {
                Describe(script.After(delay!.Value - now));
                described = true;
                script.After(now + after - delay.Value);
            }
            else
            {
                script.After(after);
            }

            now += after;
            act(script);
        }

        if (!described) Describe(script.After(delay!.Value - now));
        script.After(Settled).Heartbeat().After(10).Heartbeat();
        ImmutableArray<AlarmEvent> alarms = script.OnKernel(Waiting);
        return [.. alarms.GroupBy(alarm => alarm.AlarmId).Select(alarm =>
        {
            AlarmView view = alarm.Aggregate((AlarmView?)null, AlarmView.Apply)!;
            return $"{view.Raised.RuleId} {view.Severity} {view.Raised.Subject} {string.Join(',', view.Raised.Labels)}";
        }).Order(StringComparer.Ordinal)];
    }

    private static void Describe(Script script) => script.Described("c1", Some.PlainSpec());

    private static string[] ByNode(IEnumerable<ScriptedEvent> log)
    {
        ImmutableArray<AlarmEvent> alarms = KernelRun.Feed(new PartitionKernel(LawPolicy.ByImage), Batches.Of(log));
        var nodes = alarms.OfType<AlarmRaised>().ToDictionary(alarm => alarm.AlarmId, alarm => alarm.Source.Node);
        return [.. alarms.GroupBy(alarm => nodes[alarm.AlarmId]).OrderBy(node => node.Key, StringComparer.Ordinal)
            .Select(node => $"{node.Key}: {AlarmText.Exact(node)}")];
    }
}
