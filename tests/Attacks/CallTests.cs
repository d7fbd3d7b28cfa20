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
