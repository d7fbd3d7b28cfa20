using System.Text;
using Agents.NodeAgent.Inventory;

namespace NodeAgent.Tests.Hashing;

/// <summary>A path from a container's root must not lead out of it, whatever links the container makes.</summary>
public sealed class ExecutableFileTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("/etc/hostname-of-test")]
    [InlineData("/../../../../../../etc/hostname-of-test")]
    [InlineData("/link-to-etc/hostname-of-test")]
    [InlineData("/link")]
    public void Resolves_links_and_dots_within_the_root(string path)
    {
        Directory.CreateDirectory(_root["etc"]);
        File.WriteAllText(_root["etc/hostname-of-test"], "inside");
        File.CreateSymbolicLink(_root["link-to-etc"], "/etc");
        File.CreateSymbolicLink(_root["link"], "/../../etc/hostname-of-test");

        using Microsoft.Win32.SafeHandles.SafeFileHandle? file = LinuxFiles.OpenWithin(_root.Path, Encoding.UTF8.GetBytes(path));

        LinuxFiles.Facts(file.ShouldNotBeNull())!.Value.Inode.ShouldBe(LinuxFiles.Facts(_root["etc/hostname-of-test"])!.Value.Inode);
    }

    [Fact]
    public void Finds_no_file_of_the_hosts() => LinuxFiles.OpenWithin(_root.Path, "/etc/passwd"u8).ShouldBeNull();
}
