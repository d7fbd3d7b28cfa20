using System.Text;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Redaction;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Inventory;

/// <summary>The machine's own /proc: a process in a cgroup that is named as a container's.</summary>
public sealed class RealProcTests : IDisposable
{
    private static readonly string Id = Convert.ToHexStringLower(Guid.CreateVersion7().ToByteArray().Concat(new byte[16]).ToArray());
    private static readonly string? Unified = File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal))
        .Select(line => line.Split(' ')[4]).FirstOrDefault();

    private readonly string _cgroup = $"{Unified}/docker-{Id}.scope";

    public void Dispose()
    {
        if (Directory.Exists(_cgroup)) Directory.Delete(_cgroup);
    }

    [Fact]
    public async Task Finds_a_real_process_with_its_real_identity()
    {
        Assert.SkipUnless(TryMakeCgroup(), "needs to make cgroups");
        await using OwnProcess sleeper = OwnProcess.Start("sleep", "sleep", ["1000"]);
        await File.WriteAllTextAsync($"{_cgroup}/cgroup.procs", $"{sleeper.Id}", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Find(sleeper.Id) is { } found && found.Comm.AsSpan().SequenceEqual("sleep"u8), "the process to be sleep");

        ExistingProcess process = Find(sleeper.Id).ShouldNotBeNull();

        process.ContainerId.ShouldBe(Id);
        process.CgroupPath.ShouldEndWith($"docker-{Id}.scope");
        process.Task.CgroupId.ShouldBe(LinuxFiles.Facts(_cgroup)!.Value.Inode);
        process.Task.ParentTgid.ShouldBe(Environment.ProcessId);
        process.Task.MountNs.ShouldBe(LinuxFiles.NamespaceOf("/proc/self/ns/mnt"));
        Encoding.UTF8.GetString(process.Arguments).ShouldBe("sleep\01000\0");
        process.Executable.Inode.ShouldBe(LinuxFiles.Facts(Encoding.UTF8.GetString(process.ExePath))!.Value.Inode);
        process.Executable.MountId.ShouldBeGreaterThan(0);
        process.Task.StartNs.ShouldBeGreaterThan(process.Task.ParentStartNs);
        process.Task.Flags.HasFlag(TaskFlags.Started).ShouldBeTrue();
        await sleeper.KillAsync();
    }

    private static ExistingProcess? Find(int tgid)
    {
        var scan = new InventoryScan(new InventoryOptions(), new RuntimePrograms(), new ArgumentRedactor(RedactionRules.Default));
        scan.Run(TestContext.Current.CancellationToken);
        return scan.Processes.Find(process => process.Task.Tgid == tgid);
    }

    private bool TryMakeCgroup()
    {
        try
        {
            return Unified is not null && Directory.CreateDirectory(_cgroup).Exists && File.Exists($"{_cgroup}/cgroup.procs");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
