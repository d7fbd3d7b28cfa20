using System.Text;
using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Kernel.Ring;

namespace NodeAgent.Tests.Kernel;

public sealed class RecordPathTests
{
    [Theory]
    [InlineData("", "/")]
    [InlineData("c\0b\0a\0", "/a/b/c")]
    [InlineData("c\0b\0cut short", "/cut short/b/c")]
    [InlineData("memfd:x\0", "/memfd:x")]
    public void Turns_names_from_the_leaf_up_into_a_path(string names, string path)
    {
        Span<byte> into = new byte[RecordPath.Longest];

        int length = RecordPath.Write(Encoding.UTF8.GetBytes(names), into);

        Encoding.UTF8.GetString(into[..length]).ShouldBe(path);
    }

    [Theory]
    [InlineData("work\0", "file", "/work/file")]
    [InlineData("work\0", "./a//b/../file", "/work/a/file")]
    [InlineData("work\0", "../../../etc/passwd", "/etc/passwd")]
    [InlineData("", "/etc/./passwd", "/etc/passwd")]
    [InlineData("work\0", "..", "/")]
    [InlineData("chrooted\0", "/etc", "/chrooted/etc")]
    [InlineData("file\0work\0", "", "/work/file")]
    public void Joins_an_argument_to_the_directory_that_it_starts_from(string directory, string argument, string path)
    {
        Span<byte> into = new byte[RecordPath.Longest];

        int length = RecordPath.Write(Encoding.UTF8.GetBytes(directory), Encoding.UTF8.GetBytes(argument), into);

        Encoding.UTF8.GetString(into[..length]).ShouldBe(path);
    }

    [Fact]
    public void Stays_within_its_room()
    {
        Span<byte> into = new byte[8];

        RecordPath.Write("long name\0b\0a\0"u8, into).ShouldBe(4);
        RecordPath.Write("a\0"u8, "b/c/d/e/f/g/h"u8, into).ShouldBe(8);
    }

    [Theory]
    [InlineData(0x534f434b, "", "socket:[12]")]
    [InlineData(0x50495045, "", "pipe:[12]")]
    [InlineData(0x6e736673, "", "ns:[12]")]
    [InlineData(0x09041934, "[eventfd]\0", "anon_inode:[eventfd]")]
    [InlineData(0x9fa0, "x\0", "")]
    public void Names_files_without_a_path_as_proc_does(uint magic, string names, string expected)
    {
        Span<byte> into = new byte[RecordPath.Longest];

        int length = RecordPath.WriteNameless(new RingFile { Magic = magic, Inode = 12 }, Encoding.UTF8.GetBytes(names), into);

        Encoding.UTF8.GetString(into[..length]).ShouldBe(expected);
    }
}
