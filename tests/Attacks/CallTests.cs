using Pipeline.Domain.Events;

namespace Attacks;

/// <summary>System calls that a container has no business with.</summary>
[Trait("Category", "Docker")]
public sealed class CallTests(WatchedEngine engine)
{
    private const int SegmentationFault = 11;

    [Fact]
    public async Task Every_call_that_the_default_profile_refuses_is_seen_once_and_in_order()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/probe");

        SeenEvent[] calls = [.. seen.Own().Where(one => one.What is not "Executed" and not "Exited")];
        calls.Select(one => one.What).ShouldBe(
        [
            "reboot", "init_module", "finit_module", "delete_module", "kexec_load", "bpf", "perf_event_open", "userfaultfd", "keyctl",
            "add_key", "swapon",
            "iopl", "acct", "unshare", "setns", "mount", "fsopen", "pivot_root", "name_to_handle_at", "process_vm_readv", "socket",
            "personality",
        ]);
        // With which error differs between versions of the engine's profile.
        calls.ShouldAllBe(one => one.Result < 0 && one.Count == 1 && one.Task.SeccompMode == 2);
        seen.Single("swapon").Path.ShouldBe("/nowhere");
        seen.Single("pivot_root", one => one.Started).Other.ShouldBe("/nowhere");
        seen.Single("delete_module").Data.ShouldBe("no_such_module"u8.ToArray());
        seen.Single("unshare").Values[0].ShouldBe(0x10020001);
        seen.Single("mount", one => one.Started).Data.ShouldBe("cgroup"u8.ToArray());
    }

    [Fact]
    public async Task Connections_are_counted_by_address()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/knock", "22", "2", "50");

        SeenEvent[] calls = [.. seen.Where(one => one.What == "connect")];
        calls.Sum(one => one.Count).ShouldBe(100);
        calls.GroupBy(one => one.Data[7]).ShouldAllBe(one => one.Sum(call => call.Count) == 50);
        calls.ShouldAllBe(one => one.Result == -111 && one.FirstNs <= one.At);
    }

    [Fact]
    public async Task Connections_to_more_addresses_than_can_be_told_apart_are_counted_all_the_same()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/knock", "22", "5000", "1");

        SeenEvent[] calls = [.. seen.Where(one => one.What == "connect")];
        calls.Sum(one => one.Count).ShouldBe(5000);
        // 64 a second stand alone, and the rest comes five times a second.
        double seconds = (calls[^1].At - calls[0].At) / 1e9;
        calls.Length.ShouldBeLessThan((int)(2 * (1 + seconds) * (64 + 5)));
    }

    [Fact]
    public async Task What_is_looked_for_below_proc_and_is_not_there_is_seen_and_elsewhere_not()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/look", "200");

        SeenEvent[] opens = [.. seen.Where(one => one.What == "Open" && one.Result == -2)];
        opens.Sum(one => one.Count).ShouldBe(200);
        opens.Select(one => one.Raw).Distinct().Count().ShouldBeGreaterThan(50);
        opens.ShouldAllBe(one => one.Raw.StartsWith("/proc/self/fd/"));
    }

    [Fact]
    public async Task A_pipe_is_the_same_by_every_call_and_in_order()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/pipe", "write");

        SeenEvent asked = seen.Single("fcntl");
        SeenEvent splice = seen.Single("splice");
        SeenEvent[] writes = [.. seen.Where(one => one.What == "Write")];
        SeenEvent[] reads = [.. seen.Where(one => one.What == "read")];
        asked.Path.ShouldStartWith("pipe:[");
        splice.Path.ShouldBe("/tools/nothing");
        splice.Other.ShouldBe(asked.Path);
        writes.Concat(reads).ShouldAllBe(one => one.Path == asked.Path);
        writes[..^1].Sum(one => one.Bytes).ShouldBe(asked.Result);
        reads.Sum(one => one.Count).ShouldBe(asked.Result / 4096);
        (writes[^1].Bytes, writes[^1].Count).ShouldBe((1, 1));
        writes[^2].At.ShouldBeLessThan(splice.At);
        reads[^1].At.ShouldBeLessThan(splice.At);
        writes[^1].At.ShouldBeGreaterThan(splice.At);
    }

    [Fact]
    public async Task Calls_of_32_bit_programs_are_seen_under_the_same_numbers()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/tools/oldcalls");

        if (seen.Own()[^1].Process.ExitSignal == SegmentationFault) Assert.Skip("this kernel does not take 32-bit calls");
        seen.Single("Create").Path.ShouldBe("/tmp/old");
        SeenEvent call = seen.Single("reboot");
        call.Abi.ShouldBe(SyscallAbi.Compat);
        call.Result.ShouldBe(-1);
    }
}
