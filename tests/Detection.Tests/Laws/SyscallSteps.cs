using FsCheck;
using FsCheck.Fluent;
using Pipeline.Domain.Events;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>High-risk and harmless system calls of the present process, successful, refused and senseless.</summary>
internal static class SyscallSteps
{
    private static readonly Gen<string> Calls = Gen.Elements(
        "open_by_handle_at", "ptrace", "setns", "unshare", "clone3", "reboot", "init_module", "bpf", "mount", "process_vm_writev",
            "io_uring_setup", "read");

    private static readonly Gen<long> Results = Gen.Elements(0L, 3, 165, -1, -13, -22, -38);

    public static (int Weight, Gen<Action<Script>> Step)[] All { get; } =
    [
        (6, from name in Calls from result in Results from argument in Gen.Elements(0L, 16, 0x10000000, -1)
            select new Action<Script>(s => s.Call(NumberOf(name), result, argument, argument, argument, argument))),
        (1, from name in Calls from result in Results select new Action<Script>(s => s.Call(
            NumberOf(name), result, [16], (batch, call) =>
                call with { TargetTgid = 7, TargetContainerId = batch.AddText("c2"), Count = 5 }))),
        (1, Gen.Elements("x86_64", "aarch64").Select(machine => new Action<Script>(s => s.Heartbeat(machine)))),
    ];

    private static int NumberOf(string name) =>
        SyscallNames.TryNumber(name, NodeArchitecture.X64, out int number) ? number : throw new ArgumentException(name, nameof(name));
}
