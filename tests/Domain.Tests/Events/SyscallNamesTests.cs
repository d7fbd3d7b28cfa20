using Pipeline.Domain.Events;

namespace Domain.Tests.Events;

public sealed class SyscallNamesTests
{
    [Theory]
    [InlineData("read", 0, 63)]
    [InlineData("ptrace", 101, 117)]
    [InlineData("mount", 165, 40)]
    [InlineData("reboot", 169, 142)]
    [InlineData("init_module", 175, 105)]
    [InlineData("unshare", 272, 97)]
    [InlineData("open_by_handle_at", 304, 265)]
    [InlineData("setns", 308, 268)]
    [InlineData("process_vm_writev", 311, 271)]
    [InlineData("bpf", 321, 280)]
    [InlineData("io_uring_setup", 425, 425)]
    [InlineData("clone3", 435, 435)]
    [InlineData("mseal", 462, 462)]
    public void A_call_has_its_number_on_both_architectures(string name, int x64, int arm64)
    {
        SyscallNames.Of(x64, NodeArchitecture.X64).ShouldBe(name);
        SyscallNames.Of(arm64, NodeArchitecture.Arm64).ShouldBe(name);
        SyscallNames.TryNumber(name, NodeArchitecture.X64, out int first).ShouldBeTrue();
        SyscallNames.TryNumber(name, NodeArchitecture.Arm64, out int second).ShouldBeTrue();
        (first, second).ShouldBe((x64, arm64));
    }

    [Fact]
    public void A_call_that_an_architecture_lacks_has_no_number_there() =>
        SyscallNames.TryNumber("iopl", NodeArchitecture.Arm64, out _).ShouldBeFalse();

    [Fact]
    public void A_number_without_a_name_is_told_as_it_is() => SyscallNames.Of(9999, NodeArchitecture.X64).ShouldBe("#9999");

    [Theory]
    [InlineData("aarch64", NodeArchitecture.Arm64)]
    [InlineData("arm64", NodeArchitecture.Arm64)]
    [InlineData("x86_64", NodeArchitecture.X64)]
    [InlineData("", NodeArchitecture.X64)]
    public void An_architecture_is_known_by_what_heartbeats_call_it(string machine, NodeArchitecture architecture) =>
        SyscallNames.ArchitectureOf(machine).ShouldBe(architecture);
}
