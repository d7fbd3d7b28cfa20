using System.Globalization;
using System.Text;

namespace NodeAgent.Tests.Inventory;

/// <summary>A directory that looks like proc(5).</summary>
internal sealed class FakeProc : IDisposable
{
    public const string HostMounts = "26 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n30 26 0:37 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    public const uint HostMountNs = 4026531832;
    public const uint HostPidNs = 4026531836;

    private readonly TemporaryDirectory _directory = new();

    public FakeProc()
    {
        Process(1, 0, 0, "/init.scope", mounts: HostMounts);
        File.CreateSymbolicLink(_directory["self"], "1");
    }

    public string Path => _directory.Path;

    public string this[string name] => _directory[name];

    public void Process(
        int tgid, int parent, long startTicks, string cgroup, string name = "sh", byte[]? arguments = null, string mounts = "", uint mountNs = HostMountNs,
        uint pidNs = HostPidNs, int ownPid = 0, string exe = "/proc/self/exe", string streams = "")
    {
        string at = _directory[tgid.ToString(CultureInfo.InvariantCulture)];
        Directory.CreateDirectory(System.IO.Path.Combine(at, "ns"));
        Directory.CreateDirectory(System.IO.Path.Combine(at, "fd"));
        string Entry(string entry) => System.IO.Path.Combine(at, entry);
        File.WriteAllText(Entry("stat"), $"{tgid} ({name}) S {parent} 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 {startTicks} 999\n");
        File.WriteAllText(
            Entry("status"),
            $"Name:\t{name}\nUid:\t0\t5\t0\t0\nGid:\t0\t6\t0\t0\nNStgid:\t{tgid}\t{ownPid}\nCapPrm:\tff\nCapEff:\t0f\nNoNewPrivs:\t1\nSeccomp:\t2\n");
        File.WriteAllText(Entry("cgroup"), $"0::{cgroup}\n");
        File.WriteAllBytes(Entry("cmdline"), arguments ?? Encoding.UTF8.GetBytes($"{name}\0-c\0true\0"));
        File.WriteAllText(Entry("mountinfo"), mounts);
        File.CreateSymbolicLink(Entry("exe"), exe);
        File.CreateSymbolicLink(Entry("cwd"), "/srv");
        File.CreateSymbolicLink(Entry("ns/mnt"), $"mnt:[{mountNs}]");
        File.CreateSymbolicLink(Entry("ns/pid"), $"pid:[{pidNs}]");
        foreach ((int descriptor, string target) in streams.Split(' ', StringSplitOptions.RemoveEmptyEntries).Index())
            File.CreateSymbolicLink(Entry($"fd/{descriptor}"), target);
    }

    public void Dispose() => _directory.Dispose();
}
