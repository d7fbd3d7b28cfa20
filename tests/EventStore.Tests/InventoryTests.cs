using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;
using Testing;

namespace EventStore.Tests;

public sealed class InventoryTests(PostgresFixture postgres)
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Shows_how_a_container_may_touch_its_host()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        ContainerSpec spec = Some.PlainSpec() with
        {
            Privileged = Setting.Explicit(true),
            Seccomp = Setting.Explicit(SeccompProfile.Unconfined),
            HostNamespaces = [new HostNamespace("pid", Basis.Explicit)],
            Mounts = [new ContainerMount("/etc", "/host/etc", "rw", "rprivate", "bind"), new ContainerMount("data", "/data", "rw", "", "volume")],
        };

        await StoreAsync(store, 1, new InventoryChanges([], [Running("c1", spec)], []));

        (await store.ScalarAsync<string>("""
            select concat_ws('|', name, state, privileged, seccomp, host_namespaces, host_mounts, no_new_privileges, ended_at is null) from read.containers
            """)).ShouldBe($"{spec.Name}|running|t|unconfined|{{pid}}|{{/etc:/host/etc:rw}}|f|t");
    }

    [Fact]
    public async Task Keeps_what_is_known_when_a_report_does_not_describe_it()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await StoreAsync(store, 1, new InventoryChanges([], [Running("c1", Some.PlainSpec())], []));

        await StoreAsync(store, 2, new InventoryChanges(
            [], [Running("c1", null) with { State = "exited", Started = null, Ended = Noon.AddMinutes(1), ExitCode = 137 }], []));

        (await store.ScalarAsync<string>("select concat_ws(' ', image, state, exit_code, ended_at - started_at) from read.containers"))
            .ShouldBe("nginx:1.27 exited 137 00:01:00");
    }

    [Fact]
    public async Task Counts_what_is_lost_once_though_a_commit_is_tried_again()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        var lost = new InventoryChanges([], [], [new LossTally(new NodeId("n1"), LossCause.RingBuffer, Noon, 2, 12, Noon)]);
        FencingToken token = await StoreAsync(store, 7, lost);

        await store.CommitAsync(token, [], TestStore.Snapshot(7) with { Inventory = lost });
        await store.CommitAsync(token, [], TestStore.Snapshot(8) with { Inventory = lost });

        (await store.ScalarAsync<string>("select concat_ws(' ', node, cause, reports, lost) from read.node_losses")).ShouldBe("n1 ring-buffer 4 24");
    }

    [Fact]
    public async Task Ends_what_ran_before_its_node_restarted()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        await StoreAsync(store, 1, new InventoryChanges([Beating("boot-1")], [Running("c1", null), Running("c2", null)], []));

        await StoreAsync(store, 2, new InventoryChanges([Beating("boot-2")], [Running("c2", null) with { Boot = new BootId("boot-2") }], []));

        (await store.ScalarAsync<string>("select string_agg(container_id || ' ' || state, ', ' order by container_id) from read.containers"))
            .ShouldBe("c1 gone, c2 running");
        (await store.ScalarAsync<string>("select concat_ws(' ', node, boot, agent_version, last_sequence, partition) from read.nodes"))
            .ShouldBe("n1 boot-2 1.2.3 41 node-events[3]");
    }

    [Fact]
    public async Task Takes_whatever_a_container_is_called()
    {
        await using TestStore store = await TestStore.OpenAsync(postgres);
        string hostile = "\0\uD800" + new string('é', 5000);
        ContainerSpec spec = Some.PlainSpec() with { Name = hostile, Image = hostile, User = hostile, Mounts = [new ContainerMount($"/{hostile}", hostile, "rw", "", "bind")] };

        await StoreAsync(store, 1, new InventoryChanges([], [Running(hostile, spec)], []));

        (await store.CountAsync("read.containers")).ShouldBe(1);
    }

    private static async Task<FencingToken> StoreAsync(TestStore store, long offset, InventoryChanges changes)
    {
        FencingToken token = (await store.AcquireAsync()).Token;
        (await store.CommitAsync(token, [], TestStore.Snapshot(offset) with { Inventory = changes })).ShouldBeOfType<CommitOutcome.Committed>();
        return token;
    }

    private static ContainerSighting Running(string id, ContainerSpec? spec) =>
        new(new NodeId("n1"), new BootId("boot-1"), id, "docker", spec, "running", null, Noon, null, null, Noon);

    private static NodeSighting Beating(string boot) =>
        new(new NodeId("n1"), new BootId(boot), Noon, 41, new HeartbeatRecord { AgentVersion = "1.2.3", Sources = [new SourceState("docker", "connected", "")] });
}
