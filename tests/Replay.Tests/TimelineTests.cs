using Pipeline.Domain.Identity;
using Pipeline.Replay.Timelines;
using Testing;
using Testing.Scripts;

namespace Replay.Tests;

/// <summary>A container around an instant, from the archive by its manifests and from the log behind it.</summary>
public sealed class TimelineTests : IDisposable
{
    private const int Connect = 42, SetUid = 105;
    private static readonly string Container = Some.ContainerId(7);
    private readonly TemporaryArchive _archive = new();

    private static DateTimeOffset At(double seconds) => GeneratedDay.Begin.AddSeconds(seconds);

    [Fact]
    public async Task Shows_the_processes_that_were_alive_at_the_instant_as_a_tree()
    {
        await SomeLog.Of(Story(), 2, () => 3).ArchiveAsync(_archive.Store);

        Timeline before = await ReadAsync(At(25));
        Timeline after = await ReadAsync(At(100));

        Text(before).ShouldBe(["0 100 /bin/sh sh -c work", "1 200 /bin/worker worker --serve", "2 300 /bin/worker worker --serve"]);
        Text(after).ShouldBe(["0 100 /bin/sh sh -c work", "1 200 /bin/worker worker --serve"]);
        before.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tells_what_happened_around_it_in_order_with_the_evidence_marked()
    {
        ScriptedEvent[] story = [.. Story()];
        await SomeLog.Of(story, 2, () => 3).ArchiveAsync(_archive.Store);
        EventId evidence = story.Last(e => e.Node.Node.Value == "n-1").Id;

        Timeline timeline = await ReadAsync(At(30), evidence);

        timeline.Events.Select(e => e.At).ShouldBeInOrder();
        timeline.Events.ShouldAllBe(e => e.Node == "n-1" && e.At >= At(15) && e.At <= At(45));
        timeline.Events.Where(e => e.Evidence).Select(e => e.Sequence).ShouldBe([evidence.Sequence]);
        timeline.Connections.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            c => c.Address.ShouldBe("10.1.2.3:4444"), c => c.Call.ShouldBe("connect"), c => c.Result.ShouldBe(-111));
        timeline.Files.Select(f => f.Path).ShouldBe(["/tmp/\u001b[2Jx"]);
        timeline.Privileges.ShouldHaveSingleItem().What.ShouldContain("setuid");
    }

    [Fact]
    public async Task Reads_only_the_segments_that_its_container_may_be_in_and_says_the_same_as_the_whole_log()
    {
        var log = SomeLog.Of([.. GeneratedDay.Events(1500, 3), .. Story()], 2, () => 10);
        await log.ArchiveAsync(_archive.Store, rollBytes: 3000);
        string container = GeneratedDay.Container(1, 2);
        var request = new TimelineRequest(SomeLog.Topic, container, At(900))
        {
            Before = TimeSpan.FromMinutes(2),
            After = TimeSpan.FromMinutes(2),
        };

        Timeline archived = await new TimelineReader(_archive.Store, null).ReadAsync(request, TestContext.Current.CancellationToken);
        Timeline live = await new TimelineReader(null, log.AsLive()).ReadAsync(request, TestContext.Current.CancellationToken);

        archived.Events.ShouldNotBeEmpty();
        archived.Events.ShouldBe(live.Events);
        archived.Processes.Select(Text).ShouldBe(live.Processes.Select(Text));
        archived.Read.Segments.ShouldBeLessThan(archived.Read.Of);
    }

    [Fact]
    public async Task Goes_on_in_the_log_where_the_archive_ends()
    {
        var log = SomeLog.Of(Story(), 1, () => 2);
        await SomeLog.Of(log.Partitions[0].Take(3).Select(r => (System.Text.Encoding.UTF8.GetString(r.Key!), r.Value!)), 1)
            .ArchiveAsync(_archive.Store);
        var request = new TimelineRequest(SomeLog.Topic, Container, At(30));

        Timeline both = await new TimelineReader(_archive.Store, log.AsLive()).ReadAsync(request, TestContext.Current.CancellationToken);
        Timeline live = await new TimelineReader(null, log.AsLive()).ReadAsync(request, TestContext.Current.CancellationToken);

        both.Events.ShouldBe(live.Events);
        Text(both).ShouldBe(Text(live));
    }

    [Fact]
    public async Task Says_that_nothing_is_there_of_a_container_that_never_was()
    {
        await SomeLog.Of(Story(), 2, () => 3).ArchiveAsync(_archive.Store);

        Timeline timeline = await new TimelineReader(_archive.Store, null).ReadAsync(
            new TimelineRequest(SomeLog.Topic, Some.ContainerId(99), At(30)), TestContext.Current.CancellationToken);

        timeline.Events.ShouldBeEmpty();
        timeline.Notes.ShouldBe(["nothing of the container is archived or in the log"]);
        timeline.Read.Records.ShouldBe(0);
    }

    public void Dispose() => _archive.Dispose();

    /// <summary>Two nodes; a container that starts workers, one of which ends after 40 seconds, and what they do.</summary>
    private static IReadOnlyList<ScriptedEvent> Story()
    {
        byte[] address = [2, 0, 0x11, 0x5c, 10, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0];
        Script script = Script.OnNode("n-2").Created(Some.ContainerId(8), Some.PlainSpec("other")).Node("n-1");
        script.Created(Container, Some.PlainSpec("web")).Started(Container, 100).By(Container).Execs("/bin/sh", "sh", "-c", "work");
        var shell = new ScriptedTask { Container = Container, Tgid = 100, ExePath = "/bin/sh", Comm = "sh" };
        script.After(10).Forks(200).Execs("/bin/worker", "worker", "--serve").After(10).Forks(300).After(6);
        script.Call(Connect, -111, [3], (batch, call) => call with { Data = batch.AddText(address) });
        script.Opens("/tmp/\u001b[2Jx", FileSteps.InRoot()).Call(SetUid, 0, 0).After(14).Exits();
        script.Node("n-2").By(Some.ContainerId(8)).Execs("/bin/date", "date");
        return script.Node("n-1").By(shell).Call(Connect, 0, 1).Events;
    }

    private Task<Timeline> ReadAsync(DateTimeOffset at, params EventId[] evidence) => new TimelineReader(_archive.Store, null).ReadAsync(
        new TimelineRequest(SomeLog.Topic, Container[..12], at)
        {
            Before = TimeSpan.FromSeconds(15),
            After = TimeSpan.FromSeconds(15),
            Evidence = [.. evidence],
        },
        TestContext.Current.CancellationToken);

    private static IEnumerable<string> Text(Timeline timeline) => timeline.Processes.Select(Text);

    private static string Text(TimelineProcess p) => $"{p.Depth} {p.Pid} {p.Program} {string.Join(' ', p.Arguments)}";
}
