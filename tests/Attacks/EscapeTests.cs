using System.Diagnostics;
using Pipeline.Domain.Events;

namespace Attacks;

/// <summary>Behaviours of escapes: exact events and fields.</summary>
[Trait("Category", "Docker")]
public sealed class EscapeTests(WatchedEngine engine)
{
    private const long Denied = -1;

    [Fact]
    public async Task A_file_by_a_made_up_handle_is_seen_when_seccomp_refuses_it()
    {
        engine.Require();
        File.WriteAllText(Path.Combine(engine.HostDirectory, "reference"), "");

        IReadOnlyList<SeenEvent> seen = await engine.RunAsync(["-v", $"{engine.HostDirectory}/reference:/reference"], "/tools/handles",
            "/reference");

        SeenEvent call = seen.Single("open_by_handle_at");
        call.Result.ShouldBe(Denied);
        call.Other.ShouldBe("/reference");
        call.Data.ShouldBe([8, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        call.Exe.ShouldBe("/tools/handles");
        call.Task.SeccompMode.ShouldBe((byte)2);
        call.Task.Flags.ShouldBe(TaskFlags.Started);
        seen.Single("Open", one => one.Path == "/reference").File.Layer.ShouldBe(FileLayer.Mount);
    }

    [Fact]
    public async Task A_file_by_a_made_up_handle_is_seen_when_it_is_opened()
    {
        engine.Require();
        File.WriteAllText(Path.Combine(engine.HostDirectory, "reference"), "");

        IReadOnlyList<SeenEvent> seen = await engine.RunAsync(
            ["--cap-add", "DAC_READ_SEARCH", "-v", $"{engine.HostDirectory}/reference:/reference"], "/tools/handles", "/reference");

        SeenEvent call = seen.Single("open_by_handle_at");
        call.Result.ShouldBeGreaterThanOrEqualTo(0);
        call.File.Device.ShouldBe(seen.Single("Open", one => one.Path == "/reference").File.Device);
        call.File.Inode.ShouldBe(2UL);
        (call.Task.CapEffective & (1 << 2)).ShouldNotBe(0UL);
    }

    [Fact]
    public async Task Tracing_and_writing_into_a_process_name_their_target()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/tracer");

        int child = seen.Single("Forked", one => one.Started).Task.Tgid;
        SeenEvent[] traces = [.. seen.Where(one => one.What == "ptrace")];
        traces.Select(one => one.Values[0]).ShouldBe([16, 5]);
        SeenEvent write = seen.Single("process_vm_writev");
        traces.ShouldAllBe(one => one.Result == 0);
        // Whether the default profile lets it pass depends on the engine's version.
        write.Result.ShouldBeOneOf(Denied, sizeof(long));
        foreach (SeenEvent one in traces.Append(write))
        {
            one.TargetTgid.ShouldBe(child);
            one.TargetContainer.ShouldBe(one.Container);
        }

        seen.Single("Exited", one => one.Task.Tgid == child).Process.ExitSignal.ShouldBe(9);
    }

    [Fact]
    public async Task Joining_a_namespace_of_the_host_is_seen_refused_and_done()
    {
        engine.Require();
        using Process host = Process.Start("/bin/sleep", "1000");
        try
        {
            string target = $"/proc/{host.Id}/ns/mnt";
            IReadOnlyList<SeenEvent> refused = await engine.RunAsync(["--pid", "host"], "/tools/enter", target, "/bin/true");
            IReadOnlyList<SeenEvent> done = await engine.RunAsync(["--pid", "host", "--privileged"], "/tools/enter", target, "/bin/true");

            refused.Single("setns", one => one.Started).Result.ShouldBe(Denied);
            SeenEvent call = done.Single("setns", one => one.Started);
            call.Result.ShouldBe(0);
            SeenEvent outside = done.Single("Executed", one => one.At > call.At);
            outside.File.Layer.ShouldBe(FileLayer.Host);
            outside.Task.MountNs.ShouldBe((uint)call.File.Inode);
            outside.Container.ShouldBe(call.Container);
        }
        finally
        {
            host.Kill();
        }
    }

    [Fact]
    public async Task A_race_for_a_page_is_counted_to_the_last_call()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/race");

        SeenEvent[] given = [.. seen.Where(one => one.What == "madvise")];
        SeenEvent[] written = [.. seen.Where(one => one.What == "Write" && one.Path.EndsWith("/mem", StringComparison.Ordinal))];
        given.Sum(one => one.Count).ShouldBe(5000);
        written.Sum(one => one.Count).ShouldBe(5000);
        written.Sum(one => one.Bytes).ShouldBe(5000);
        given.Length.ShouldBeLessThan(50);
        given.Select(one => one.Values[0]).Distinct().Count().ShouldBe(1);
        given.ShouldAllBe(one => one.FirstNs <= one.At);
        written[0].Count.ShouldBe(1);
        written.Select(one => one.Flags).Distinct().ShouldBe([given[0].Values[0]]);
        written.Select(one => one.Task.Tid).Intersect(given.Select(one => one.Task.Tid)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_container_that_leaves_its_cgroup_is_still_known()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync(
            ["--privileged"], "sh", "-c",
                "/bin/busybox mkdir -p /mnt; mount -t cgroup2 none /mnt; echo $$ > /mnt/cgroup.procs; /tools/nothing; true");

        SeenEvent after = seen.Single("Executed", one => one.Path == "/tools/nothing");
        after.CgroupPath.ShouldBe("/");
        after.Started.ShouldBeTrue();
    }

    [Fact]
    public async Task The_release_agent_of_a_cgroup_is_seen_opened_for_writing()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync(
            ["--privileged"], "sh", "-c",
                "/bin/busybox mkdir -p /tmp/cg; mount -t cgroup -o pids none /tmp/cg && : >> /tmp/cg/release_agent");

        SeenEvent mount = seen.Single("mount", one => one.Started);
        (mount.Path, mount.Other, mount.Result).ShouldBe(("/tmp/cg", "none", 0));
        mount.Data.ShouldBe("cgroup"u8.ToArray());
        SeenEvent open = seen.Single("Open", one => one.Path == "/tmp/cg/release_agent");
        open.Result.ShouldBeGreaterThanOrEqualTo(0);
        open.File.FileSystem.ShouldBe(0x27e0ebu);
    }

    [Fact]
    public async Task A_file_of_the_host_is_known_by_itself_when_it_is_reached_through_the_root_of_another_process()
    {
        engine.Require();
        using Process host = Process.Start("/bin/sleep", "1000");
        try
        {
            string path = $"/proc/{host.Id}/root/etc/hostname";
            IReadOnlyList<SeenEvent> seen = await engine.RunAsync(["--pid", "host", "--privileged"], "cat", path);
            IReadOnlyList<SeenEvent> refused = await engine.RunAsync(["--pid", "host"], "cat", path);

            SeenEvent open = seen.Single("Open", one => one.Raw == path);
            (open.Path, open.File.Layer).ShouldBe(("/etc/hostname", FileLayer.Host));
            refused.Single("Open", one => one.Raw == path).Result.ShouldBe(-13);
        }
        finally
        {
            host.Kill();
        }
    }
}
