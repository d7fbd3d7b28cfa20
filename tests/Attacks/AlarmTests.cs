using System.Collections.Concurrent;
using Agents.NodeAgent.Sequencing;
using Pipeline.Detection;
using Pipeline.Detection.AbnormalProcess;
using Pipeline.Detection.FileEscape;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Detection.SensitiveFileAccess;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Attacks;

/// <summary>
/// What the whole agent sees of real containers, through every detector of the catalogue: which alarms, and above all which not.
/// </summary>
public sealed class AlarmTests(WatchedEngine engine)
{
    private const int AtATime = 4;

    /// <summary>Files of /protected in the image that the program alter does not change.</summary>
    private static readonly string[] Untouched = ["looked-at", "opened", "read"];

    /// <summary>As built in, but for waits that would make the test long, and with something to protect and to list.</summary>
    private static DetectionPolicy Policy { get; } = DetectionPolicy.Default with
    {
        MaliciousProgram = MaliciousProgramPolicy.Default with { WebServerSettledSeconds = 0, PackageManagerGraceSeconds = 10 },
        // Key files only: whatever else the attacks on processes of the host pass on their way is not what is tested.
        FileEscape = FileEscapePolicy.Default with { AnyForeignFile = false },
        SensitiveFileAccess = SensitiveFilePolicy.Default with
        {
            GraceSeconds = 0,
            AlarmOnAttempts = true,
            Policies = [ProtectionPolicy.Default, new("own", ["*"], [new("/protected", Recursive: true)])],
        },
        AbnormalProcess = AbnormalProcessPolicy.Default with
        {
            Whitelists =
            [
                new ProcessWhitelist
                {
                    Id = "listed",
                    Scope = WhitelistScope.Image,
                    ScopeValue = Lives.ListedImage,
                    Entries = [new ProcessEntry { Path = "/tools/nothing" }],
                },
            ],
        },
    };

    /// <summary>The containers of this test: those of the others on the same engine have their own alarms.</summary>
    private readonly ConcurrentDictionary<string, Life> _ours = [];

    [Fact]
    public async Task Each_attack_raises_its_alarms_and_ordinary_life_raises_none()
    {
        engine.Require();
        using var broker = new MockBroker();
        broker.CreateTopic("node-events", 1);
        string state = Directory.CreateTempSubdirectory("attacks-alarms-").FullName;
        await using OwnProcess agent = OwnProcess.StartOurs(
            "agents/NodeAgent",
            "node-agent",
            ["run", "--kernel", "on", "--kafka", broker.BootstrapServers, "--node", "n", "--state", state,
                "--docker-socket", engine.Docker.Socket]);
        await Eventually.TrueAsync(
            () => agent.HasExited || (agent.Output.Contains("in the kernel", StringComparison.Ordinal)
                && agent.Output.Contains("Watching docker at", StringComparison.Ordinal)),
            "the agent to watch the kernel and the engine");

        await LiveAsync();
        (await agent.TerminateAsync()).ShouldBe(0, agent.Output);
        Directory.Delete(state, recursive: true);

        List<EventBatch> batches = StoredBatches.Of(broker);
        ILookup<string, AlarmView> raised = Alarms([.. batches, MuchLater(batches[^1])])
            .Where(alarm => _ours.ContainsKey(alarm.Raised.Source.ContainerId))
            .ToLookup(alarm => _ours[alarm.Raised.Source.ContainerId].Name);
        Lives.All.Select(life => $"{life.Name}: {RulesOf(raised[life.Name])}").ShouldBe(
            Lives.All.Select(life => $"{life.Name}: {life.Alarms}"),
            string.Join('\n', raised.SelectMany(of => of.Select(alarm => $"{of.Key}: {alarm.Raised.RuleId} {alarm.Raised.Title}"))));
        raised["altered"].Select(alarm => alarm.Raised.Subject).Order(StringComparer.Ordinal)
            .ShouldBe([.. WatchedEngine.ProtectedFiles.Except(Untouched).Append("directory").Order(StringComparer.Ordinal)
                .Select(name => $"/protected/{name}")]);
        raised["pipe-written"].Single().Raised.Severity.ShouldBe(Severity.High);
    }

    private static string RulesOf(IEnumerable<AlarmView> alarms) =>
        string.Join(' ', alarms.Select(alarm => alarm.Raised.RuleId).Distinct().Order(StringComparer.Ordinal));

    /// <summary>The alarms as they stand in the end: one that was raised before its container was described has its name by then.</summary>
    private static AlarmView[] Alarms(IEnumerable<EventBatch> batches)
    {
        var views = new Dictionary<Guid, AlarmView>();
        foreach (AlarmEvent e in KernelRun.Feed(new PartitionKernel(Catalog.Under(Policy)), batches))
        {
            if (AlarmView.Apply(views.GetValueOrDefault(e.AlarmId), e) is { } view) views[e.AlarmId] = view;
        }

        return [.. views.Values];
    }

    /// <summary>A sign of life a minute after everything, so that whatever waits for time is decided.</summary>
    private static EventBatch MuchLater(EventBatch last)
    {
        var batch = new EventBatch();
        var clock = new EventTime(long.MaxValue / 4, long.MaxValue / 4);
        batch.Begin(new NodeId("n"), NodeClock.Boot(), last.FirstSequence + last.Count, clock, 0);
        batch.AddHeartbeat(clock.BootNs, new HeartbeatRecord { AgentVersion = "later" });
        return batch;
    }

    /// <summary>Runs all containers, a few at a time, from their starts to their ends.</summary>
    private async Task LiveAsync()
    {
        await engine.RequireDebianAsync();
        await engine.Docker.DockerAsync("tag", WatchedEngine.Image, Lives.ListedImage);
        File.WriteAllText(Path.Combine(engine.HostDirectory, "reference"), "");
        string held = Path.Combine(engine.HostDirectory, "held");
        File.Copy("/bin/sleep", held, overwrite: true);
        await using OwnProcess host = OwnProcess.Start("held", held, ["1000"]);
        (string, string)[] words = [("{pid}", $"{host.Id}"), ("{host}", engine.HostDirectory), ("{socket}", engine.Docker.Socket)];
        await Parallel.ForEachAsync(
            Lives.All, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = TestContext.Current.CancellationToken },
            async (life, _) =>
            {
                string[] options = ["--name", life.Name, .. Put(life.Options, words)];
                string id = life.Built
                    ? await engine.BuildStepAsync(life.Image, life.Command)
                    : await engine.StartContainerAsync(life.Image, !life.OnlyCreated, options, Put(life.Command, words));
                _ours[id] = life;
                if (!life.OnlyCreated) await engine.EndOfAsync(id);
            });
    }

    private static string[] Put(string[] texts, (string Word, string Value)[] words) =>
        [.. texts.Select(text => words.Aggregate(text, (all, one) => all.Replace(one.Word, one.Value, StringComparison.Ordinal)))];
}
