using Agents.NodeAgent.Inventory;
using Pipeline.Domain.Events;
using Testing;

namespace Attacks;

/// <summary>Containers of containerd's own, which have names and not ids of 64 digits (ctr run).</summary>
[Trait("Category", "Docker")]
public sealed class NamedContainerTests(ContainerdDaemon containerd) : IClassFixture<ContainerdDaemon>
{
    private const string Early = "default/early";
    private const string Late = "default/late";

    [Fact]
    public async Task What_they_do_carries_the_id_under_which_they_are_described()
    {
        containerd.Require();
        using var broker = new MockBroker();
        broker.CreateTopic("node-events", 1);
        string state = Directory.CreateTempSubdirectory("attacks-named-").FullName;
        await containerd.RunAsync("default", "early", [], "/bin/busybox", "sleep", "1000");
        await using OwnProcess agent = OwnProcess.StartOurs(
            "agents/NodeAgent",
            "node-agent",
            ["run", "--kernel", "auto", "--kafka", broker.BootstrapServers, "--node", "n", "--state", state,
                "--docker-socket", "none", "--containerd-socket", containerd.Socket]);
        await Eventually.TrueAsync(
            () => agent.HasExited || agent.Output.Contains("Watching containerd at", StringComparison.Ordinal),
            "the agent to watch containerd");
        Assert.SkipUnless(agent.Output.Contains("in the kernel", StringComparison.Ordinal), agent.Output);

        // By then the programs have been told of the namespace too, on their reader's next round.
        await Eventually.TrueAsync(() => Of(broker, Early).Any(one => one.What == "Existing"), "the inventory with the container's name");
        await containerd.RunAsync("default", "late", [], "/bin/busybox", "id");
        await containerd.CtrAsync("default", "tasks", "exec", "--exec-id", "session", "early", "/bin/busybox", "cat", "/bin/busybox");
        await Eventually.TrueAsync(() => Of(broker, Late).Any(one => one is { What: "Exited", Started: true }), "the late container's end");
        await containerd.RemoveAsync("default", "early");
        await containerd.RemoveAsync("default", "late");
        (await agent.TerminateAsync()).ShouldBe(0, agent.Output);
        Directory.Delete(state, recursive: true);

        foreach (string id in new[] { Early, Late })
        {
            ContainerRecord described = Described(broker, id);
            described.Spec!.Image.ShouldBe(ContainerdDaemon.Image);
            Of(broker, id).ShouldAllBe(one => one.CgroupPath.Length == 0 || new[] { "/", $"/{id}" }.Contains(one.CgroupPath));
        }

        IReadOnlyList<SeenEvent> late = Of(broker, Late);
        late.Where(one => one.Started).Select(Expect.Short).ShouldBe(["Executed /bin/busybox", "Exited"]);
        late.TakeWhile(one => !one.Started).ShouldAllBe(one => one.Runtime);
        SeenEvent session = Of(broker, Early).Single(one => one is { What: "Executed", Started: true });
        session.Arguments.ShouldBe(["/bin/busybox", "cat", "/bin/busybox"]);
        // What ctr starts may gain no rights; containerd's own default says so.
        session.Task.Flags.ShouldBe(TaskFlags.NoNewPrivileges | TaskFlags.Started | TaskFlags.ExecSession);
    }

    [Fact]
    public async Task Their_cgroups_are_where_this_is_looked_for()
    {
        containerd.Require();
        await containerd.RunAsync("other", "placed", [], "/bin/busybox", "sleep", "1000");
        var named = new NamedCgroups();
        named.Add("other");

        string tasks = await containerd.CtrAsync("other", "tasks", "ls");
        string row = tasks.Split('\n').Single(line => line.StartsWith("placed", StringComparison.Ordinal));
        string pid = row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var cgroups = CgroupMembership.Parse(File.ReadAllBytes($"/proc/{pid}/cgroup"));
        await containerd.RemoveAsync("other", "placed");

        cgroups.Best(named).Container!.Value.Id.ShouldBe("other/placed");
        cgroups.Best().Container.ShouldBeNull();
    }

    private static IReadOnlyList<SeenEvent> Of(MockBroker broker, string container) =>
    [
        .. StoredBatches.Of(broker)
            .SelectMany(batch => Enumerable.Range(0, batch.Count)
                .Where(i => batch.Events[i].Task != EventRecord.NoTask).Select(i => SeenEvent.Of(batch, i)))
            .Where(one => one.Container == container),
    ];

    private static ContainerRecord Described(MockBroker broker, string container) => StoredBatches.Of(broker)
        .SelectMany(batch => batch.Containers.ToArray()).First(record => record.ContainerId == container && record.Spec is not null);
}
